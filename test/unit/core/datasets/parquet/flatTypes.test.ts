import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { python } from '../../../../support/python.ts';
import { firstDifference, parquetInMemory, readColumns } from './readParquet.ts';

const folder = mkdtempSync(join(tmpdir(), 'parquet-flat-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
await python(readFileSync(new URL('flatTypes.py', import.meta.url), 'utf8'), [folder]);
const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Record<string, (string | null)[]>;
const names = Object.keys(expected);
const paths = names.map((name) => name.split('.'));

function load(name: string): Uint8Array {
  return readFileSync(join(folder, `${name}.parquet`));
}

describe('flat columns written by Arrow', () => {
  test.each([
    'default',
    'small-pages',
    'v2',
    'v2-plain',
    'plain',
    'delta',
    'delta-v2',
    'split',
    'brotli',
    'integer-decimals',
  ])('every type comes back as text (%s)', async (name) => {
    const opened = await parquetInMemory(load(name));
    const read = await readColumns(opened, paths);
    names.forEach((column, i) => {
      expect(firstDifference(read.columns[i], expected[column] ?? []), `${name} ${column}`).toBe(-1);
    });
  });

  test('format version 1 knows no nanoseconds and keeps the rest', async () => {
    const opened = await parquetInMemory(load('version-1'));
    const wanted = names.filter((name) => !/_ns_|uint32/.test(name));
    const read = await readColumns(
      opened,
      wanted.map((name) => name.split('.')),
    );
    wanted.forEach((column, i) => {
      expect(read.columns[i], column).toEqual(expected[column]);
    });
  });

  test('an empty table has no rows', async () => {
    const opened = await parquetInMemory(load('empty'));
    expect(opened.description.rows).toBe(0);
    const read = await readColumns(opened, paths);
    expect(read.columns.every((column) => column.length === 0)).toBe(true);
  });

  test('old 96-bit timestamps are nanoseconds without a zone', async () => {
    const opened = await parquetInMemory(load('int96'));
    expect(opened.description.columns[0]?.type).toEqual({ kind: 'timestamp', unit: 'ns', utc: false });
    const read = await readColumns(opened, [['old']]);
    const texts = Array.from({ length: 3000 }, (_, k) => k - 1500).map((i) =>
      i % 3 === 0 ? null : new Date(i * 1e9).toISOString().replace('Z', '000000'),
    );
    expect(read.columns[0]).toEqual(texts);
  });
});
