import { describe, expect, it } from 'vitest';
import { rowJson } from '../../../../src/core/datasets/rowJson.ts';
import type { ColumnType } from '../../../../src/core/model/columnType.ts';
import { openKernel } from '../../../../src/kernel/kernel.ts';
import { putText } from '../../../support/textColumns.ts';

const kernel = openKernel();

function rowsOf(columns: Record<string, [ColumnType, (string | null)[]]>): string[] {
  const mark = kernel.mark();
  const entries = Object.entries(columns);
  const rows = entries[0]?.[1][1].length ?? 0;
  const lines = rowJson(
    kernel,
    entries.map(([name, [type]]) => ({ name, type })),
    { rows, columns: entries.map(([, [, values]]) => putText(kernel, values, 5)), arrowBytes: entries.map(() => 0) },
  );
  kernel.release(mark);
  const text = new TextDecoder().decode(lines);
  expect(text === '' || text.endsWith('\n')).toBe(true);
  return text.split('\n').slice(0, -1);
}

describe('rows as JSON', () => {
  it('are numbers in full digits, booleans, null, nested values and strings', () => {
    expect(
      rowsOf({
        id: [{ kind: 'int', bits: 64, signed: true }, ['9007199254740993', null]],
        'a "b"': [{ kind: 'decimal', precision: 5, scale: 2 }, ['1.10', '-0.05']],
        f: [{ kind: 'float', bits: 64 }, ['NaN', '1e+21']],
        ok: [{ kind: 'bool' }, ['true', null]],
        t: [{ kind: 'utf8' }, ['line\nand "quote"', '']],
        l: [{ kind: 'list', item: { kind: 'utf8' } }, ['["x"]', null]],
        c: [{ kind: 'cell', guess: 'int' }, ['1', '00123']],
        d: [{ kind: 'date' }, ['2024-09-09', null]],
      }),
    ).toEqual([
      '{"id":9007199254740993,"a \\"b\\"":1.10,"f":"NaN","ok":true,"t":"line\\nand \\"quote\\"","l":["x"],"c":"1","d":"2024-09-09"}',
      '{"id":null,"a \\"b\\"":-0.05,"f":1e+21,"ok":null,"t":"","l":null,"c":"00123","d":null}',
    ]);
  });

  it('take a JSONL value as what its text reads as', () => {
    const values = ['1.10', '00123', 'true', '{"a":[1]}', '{not json', 'héllo "x"', '', null];
    expect(rowsOf({ v: [{ kind: 'json' }, values] })).toEqual([
      '{"v":1.10}',
      '{"v":"00123"}',
      '{"v":true}',
      '{"v":{"a":[1]}}',
      '{"v":"{not json"}',
      '{"v":"héllo \\"x\\""}',
      '{"v":""}',
      '{"v":null}',
    ]);
  });

  it('stay one line each where a JSONL text reads as JSON on several lines', () => {
    expect(rowsOf({ v: [{ kind: 'json' }, ['[1,\n2]', '{"a":\r1}']] })).toEqual([
      '{"v":"[1,\\n2]"}',
      '{"v":"{\\"a\\":\\r1}"}',
    ]);
  });

  it('are empty without rows and empty objects without columns', () => {
    expect(rowsOf({ a: [{ kind: 'utf8' }, []] })).toEqual([]);
  });
});
