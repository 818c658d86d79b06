import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, describe, expect, test } from 'vitest';
import { NestedRows } from '../../../../../src/core/datasets/parquet/nestedRows.ts';
import { openParquetFile } from '../../../../../src/core/datasets/parquet/parquetFile.ts';
import { openParquetWasm } from '../../../../../src/core/datasets/parquet/parquetWasm.ts';
import { openKernel } from '../../../../../src/kernel/kernel.ts';
import type { OpenedParquet } from './readParquet.ts';
import { firstDifference, never, parquetInMemory, readColumns, textsOf } from './readParquet.ts';

const folder = mkdtempSync(join(tmpdir(), 'parquet-duckdb-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const QUERY = `
  SELECT i AS id, CASE WHEN i % 7 = 3 THEN NULL ELSE 'post ' || i || repeat(' äöü世界', (i % 20)::INT) END AS text,
    ['en', 'de', 'fr'][1 + (i % 3)::INT] AS lang, i % 2 = 0 AS flag, (i * 450003)::UINTEGER AS unsigned, (i % 200 - 100)::TINYINT AS tiny,
    CASE WHEN i % 3 = 0 THEN NULL ELSE (i / 4)::DOUBLE END AS real, (i / 100)::DECIMAL(18, 4) AS amount, (i / 100)::DECIMAL(38, 10) AS huge,
    DATE '2020-01-01' + (i % 3000)::INT AS day, TIMESTAMP '2020-01-01 00:00:00.123456' + INTERVAL (i) SECOND AS seen,
    TIMESTAMPTZ '2020-01-01 00:00:00+00' + INTERVAL (i) MINUTE AS zoned, TIME '00:00:00' + INTERVAL (i % 80000) SECOND AS clock,
    ('00000000-0000-0000-0000-' || lpad(i::VARCHAR, 12, '0'))::UUID AS uid, encode('b' || i) AS bytes
  FROM range(9000) t(i)`;
const TEXTS: Readonly<Record<string, string>> = {
  id: 'id::VARCHAR',
  text: 'text',
  lang: 'lang',
  flag: 'flag::VARCHAR',
  unsigned: 'unsigned::VARCHAR',
  tiny: 'tiny::VARCHAR',
  real: `regexp_replace(real::VARCHAR, '\\.0$', '')`,
  amount: 'amount::VARCHAR',
  huge: 'huge::VARCHAR',
  day: 'day::VARCHAR',
  seen: `strftime(seen, '%Y-%m-%dT%H:%M:%S.%f')`,
  zoned: `strftime(zoned::TIMESTAMP, '%Y-%m-%dT%H:%M:%S.%f') || 'Z'`,
  clock: `clock::VARCHAR || '.000000'`,
  uid: 'uid::VARCHAR',
  bytes: 'base64(bytes)',
};
const names = Object.keys(TEXTS);
const FILES: Readonly<Record<string, string>> = {
  'v1-zstd': `PARQUET_VERSION V1, COMPRESSION zstd`,
  'v2-snappy': `PARQUET_VERSION V2, COMPRESSION snappy, ROW_GROUP_SIZE 4096`,
  'v2-lz4': `PARQUET_VERSION V2, COMPRESSION lz4_raw, DICTIONARY_SIZE_LIMIT 1`,
  'v1-brotli': `PARQUET_VERSION V1, COMPRESSION brotli`,
  'v1-plain': `PARQUET_VERSION V1, COMPRESSION uncompressed, DICTIONARY_SIZE_LIMIT 1`,
};

const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
const connection = await instance.connect();
await connection.run(`SET TimeZone = 'UTC'`);
await connection.run(`CREATE TABLE posts AS ${QUERY}`);
for (const [name, options] of Object.entries(FILES))
  await connection.run(`COPY posts TO '${join(folder, name)}.parquet' (FORMAT parquet, ${options})`);
const rows = await connection.runAndReadAll(`SELECT ${Object.values(TEXTS).join(', ')} FROM posts ORDER BY id`);
const expected = rows.getColumns().map((column) => column.map((value) => (value === null ? null : String(value))));
connection.closeSync();

function load(name: string): Uint8Array {
  return readFileSync(join(folder, `${name}.parquet`));
}

/** The same columns through the other reader. */
async function readByParquetWasm(opened: OpenedParquet): Promise<(string | null)[][]> {
  const [described] = opened.dataset.files;
  if (described === undefined) throw new Error('no file');
  const file = await openParquetFile(described, opened.env, never);
  const read = await openParquetWasm(opened.env);
  // parquet-wasm refuses DuckDB's deltas of numbers past 2^31 ("first value too large").
  const nodes = file.root.children.filter(({ element }) => element.name !== 'unsigned');
  const out = nodes.map((): (string | null)[] => []);
  for (const [rowGroup, group] of file.footer.metadata.row_groups.entries()) {
    const kernel = openKernel();
    const range = { rowGroup, fromRow: 0, toRow: Number(group.num_rows) };
    const nested = new NestedRows(kernel, file, nodes, range, read);
    for (let most = await nested.available(never); most > 0; most = await nested.available(never))
      nested.take(most).forEach(({ text }, i) => out[i]?.push(...textsOf(kernel, text, most)));
  }
  return out;
}

describe('files written by DuckDB', () => {
  test.each(Object.keys(FILES))('give the texts that DuckDB gives (%s)', async (name) => {
    const read = await readColumns(
      await parquetInMemory(load(name)),
      names.map((column) => [column]),
    );
    names.forEach((column, i) => {
      expect(firstDifference(read.columns[i], expected[i] ?? []), column).toBe(-1);
    });
  });

  test.each(Object.keys(FILES))('are the same to parquet-wasm (%s)', async (name) => {
    const opened = await parquetInMemory(load(name));
    const other = await readByParquetWasm(opened);
    names
      .filter((column) => column !== 'unsigned')
      .forEach((column, i) => {
        expect(firstDifference(other[i], expected[names.indexOf(column)] ?? []), column).toBe(-1);
      });
  });
});
