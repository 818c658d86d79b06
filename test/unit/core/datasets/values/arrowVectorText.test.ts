import { tableFromIPC, type Data, type Field, type Table } from 'apache-arrow';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { asJson } from '../../../../../src/core/datasets/values/nestedText.ts';
import { arrowColumnType } from '../../../../../src/core/datasets/values/arrowColumnType.ts';
import { arrowVectorText } from '../../../../../src/core/datasets/values/arrowVectorText.ts';
import { jsonString } from '../../../../../src/core/datasets/values/jsonString.ts';
import { openKernel } from '../../../../../src/kernel/kernel.ts';
import { python } from '../../../../support/python.ts';
import { putText, readText } from '../../../../support/textColumns.ts';

const kernel = openKernel();

/** A table as parquet-wasm gives it: an IPC stream read by apache-arrow; its columns and the texts we expect of them. */
const SCRIPT = `
import base64, datetime, decimal, json, sys
import pyarrow as pa, pyarrow.ipc as ipc
n = 60
def pick(values): return [values[i % len(values)] for i in range(n)]
j = lambda v: None if v is None else json.dumps(v, separators=(',', ':'), ensure_ascii=False)
words, lists, flags = pick(['a', None, 'a text beyond twelve bytes']), pick([['x', None], [], None]), pick([True, None, False])
ints = pick([1, None, -5])
maps = pick([[('k', [1])], None, []])
structs = pick([{'a': True, 'b': [1, 2]}, None, {'a': None, 'b': None}])
cols = {
  'utf8': (pa.array(words), words), 'large': (pa.array(words, pa.large_string()), words), 'view': (pa.array(words, pa.string_view()), words),
  'dict': (pa.array(words).dictionary_encode(), words), 'bool': (pa.array(flags), [j(v) for v in flags]), 'int': (pa.array(ints, pa.int16()), [j(v) for v in ints]),
  'dec': (pa.array([None if v is None else decimal.Decimal(v) for v in ints], pa.decimal128(38, 10)), [None if v is None else f'{v}.0000000000' for v in ints]),
  'ts': (pa.array(ints, pa.int64()).cast(pa.timestamp('us', 'UTC')), [{1: '1970-01-01T00:00:00.000001Z', None: None, -5: '1969-12-31T23:59:59.999995Z'}[v] for v in ints]),
  'date64': (pa.array([None if v is None else datetime.date(2024, 9, 9) for v in ints], pa.date64()), [None if v is None else '2024-09-09' for v in ints]),
  'half': (pa.array([0.1, None, 33216.0] * 20, pa.float16()), ['0.1', None, '33200'] * 20),
  'list': (pa.array(lists), [j(v) for v in lists]), 'flist': (pa.array(pick([[True, None], None]), pa.list_(pa.bool_(), 2)), pick(['[true,null]', None])),
  'map': (pa.array(maps, pa.map_(pa.string(), pa.list_(pa.int8()))), [None if v is None else j(dict(v)) for v in maps]),
  'struct': (pa.array(structs, pa.struct([('a', pa.bool_()), ('b', pa.list_(pa.int32()))])), [j(v) for v in structs]),
  'null': (pa.nulls(n), [None] * n),
}
table = pa.table({k: v[0] for k, v in cols.items()})
sink = pa.BufferOutputStream()
with ipc.new_stream(sink, table.schema) as w: w.write_table(table, max_chunksize=40)
print(json.dumps({'ipc': base64.b64encode(sink.getvalue()).decode(), 'want': {k: v[1] for k, v in cols.items()}}))`;

let table: Table;
let want: Record<string, (string | null)[]>;

beforeAll(async () => {
  const made = JSON.parse(await python(SCRIPT)) as { ipc: string; want: typeof want };
  table = tableFromIPC(Buffer.from(made.ipc, 'base64'));
  want = made.want;
});

function texts(from: Table, name: string): (string | null)[] {
  const field = from.schema.fields.find((one) => one.name === name) as Field;
  const chunks = from.getChild(name)?.data as readonly Data[];
  return chunks.flatMap((data) => {
    const mark = kernel.mark();
    const found = readText(kernel, arrowVectorText(kernel, field, data, 0, data.length), data.length);
    kernel.release(mark);
    return found;
  });
}

describe('vectors of apache-arrow', () => {
  it('have the text that the rule gives them, whole and sliced', () => {
    for (const [name, expected] of Object.entries(want)) {
      expect({ [name]: texts(table, name) }).toEqual({ [name]: expected });
      expect({ [name]: texts(table.slice(7, 51), name) }).toEqual({ [name]: expected.slice(7, 51) });
      expect({ [name]: texts(table.slice(7, 51).slice(3, 20), name) }).toEqual({ [name]: expected.slice(10, 27) });
    }
  });

  it('say what they hold', () => {
    const types = Object.fromEntries(table.schema.fields.map((field) => [field.name, arrowColumnType(field)]));
    expect(types['dict']).toEqual({ kind: 'utf8' });
    expect(types['dec']).toEqual({ kind: 'decimal', precision: 38, scale: 10 });
    expect(types['ts']).toEqual({ kind: 'timestamp', unit: 'us', utc: true });
    expect(types['map']).toEqual({
      kind: 'map',
      key: { kind: 'utf8' },
      value: { kind: 'list', item: { kind: 'int', bits: 8, signed: true } },
    });
  });

  it('give a range of rows', () => {
    const field = table.schema.fields[0] as Field;
    const data = table.getChild('utf8')?.data[0] as Data;
    expect(readText(kernel, arrowVectorText(kernel, field, data, 3, 6), 3)).toEqual(want['utf8']?.slice(3, 6));
    expect(() => arrowVectorText(kernel, field, data, 3, 41)).toThrow('shorter');
  });
});

describe('JSON strings', () => {
  const reference = (text: string) =>
    JSON.stringify(text).replace(/\\u00([01][0-9a-f])/g, (whole, hex: string, at: number, all: string) => {
      const slashes = /\\*$/.exec(all.slice(0, at))?.[0].length ?? 0;
      return slashes % 2 === 0 ? `\\u00${hex.toUpperCase()}` : whole;
    });
  const text = fc.array(
    fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('\\', '"', '\u001f', '\b', '\n', '\\u001f', '\u007f')),
  );

  it('are escaped as in a line, by the kernel and for names', () => {
    fc.assert(
      fc.property(fc.array(fc.option(text.map((parts) => parts.join('')))), (values) => {
        const mark = kernel.mark();
        const json = asJson(kernel, putText(kernel, values, 3), values.length, 0);
        expect(readText(kernel, json, values.length)).toEqual(values.map((v) => (v === null ? 'null' : reference(v))));
        expect(values.map((v) => jsonString(v ?? ''))).toEqual(values.map((v) => reference(v ?? '')));
        kernel.release(mark);
      }),
    );
  });
});
