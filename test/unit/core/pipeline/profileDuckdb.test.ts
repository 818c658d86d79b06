import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Figure } from '../../../../src/core/model/figure.ts';
import { profileDataset } from '../../../../src/core/pipeline/profileDataset.ts';
import type { ColumnFootprint, Footprint } from '../../../../src/core/profile/footprint.ts';
import type { SizeHistogram } from '../../../../src/core/profile/sizeHistogram.ts';
import { openReadEnv } from '../../../../src/engine/readEnv.ts';
import { inlinePool } from './inlinePool.ts';

const SOURCE = `select 'k' || i as key, repeat(case i % 5 when 0 then 'größer ' when 1 then '"quoted" ' else 'plain ' end, (hash(i) % 40)::int) as body,
  case when i % 7 = 0 then null else 'tag-' || (i % 11) end as tag, i::bigint as n, case when i % 3 = 0 then null else i / 7.0 end as x
  from range(40000) t(i)`;

interface Sums {
  readonly rows: number;
  readonly nulls: number;
  readonly bytes: number;
  readonly largest: number;
}

/** Bytes of a row's texts. Doubles are spelt as JavaScript does in Parquet, and stand in text files as DuckDB wrote them. */
const rowBytes = (ofDouble: string): string =>
  `strlen(key) + strlen(body) + coalesce(strlen(tag), 0) + strlen(n::varchar) + coalesce(strlen(${ofDouble}), 0)`;
const ROW_BYTES: Readonly<Record<string, string>> = {
  'a.parquet': rowBytes('case when x = floor(x) then x::bigint::varchar else x::varchar end'),
  'a.csv': rowBytes('x::varchar'),
  'a.json': rowBytes('x::varchar'),
};

let folder = '';
let connection: DuckDBConnection;
const sums = new Map<string, Sums>();

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tranche-duckdb-'));
  connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run(`create table source as ${SOURCE}`);
  await connection.run(`copy source to '${folder}/a.parquet' (row_group_size 10000)`);
  await connection.run(`copy source to '${folder}/b.parquet' (row_group_size 2048)`);
  await connection.run(`copy source to '${folder}/a.csv' (header)`);
  await connection.run(`copy source to '${folder}/a.json' (format json)`);
  for (const column of ['key', 'body', 'tag']) {
    const result = await connection.runAndReadAll(
      `select count(*)::int, count(*) filter (${column} is null)::int, sum(strlen(${column}))::double, max(strlen(${column}))::int from source`,
    );
    const [rows, nulls, bytes, largest] = (result.getRows()[0] ?? []).map(Number);
    sums.set(column, { rows: rows ?? -1, nulls: nulls ?? -1, bytes: bytes ?? -1, largest: largest ?? -1 });
  }
});
afterAll(async () => {
  connection.closeSync();
  await rm(folder, { recursive: true, force: true });
});

async function profiled(name: string): Promise<Footprint[]> {
  const request = { uri: path.join(folder, name), format: null, job: null, exact: false };
  const prices = { list: 'openai', overrides: {}, nowMs: 0 } as const;
  const deps = { env: await openReadEnv(), pool: inlinePool(), prices, nowMs: () => performance.now() };
  const all: Footprint[] = [];
  for await (const { footprint } of profileDataset(request, deps, new AbortController().signal)) all.push(footprint);
  return all;
}

const exact = (value: number): Figure => ({ value, known: 'exact', low: value, high: value });

function columnOf(footprint: Footprint | undefined, name: string): ColumnFootprint {
  const found = footprint?.columns.find((column) => column.name === name);
  if (!found) throw new Error(`no column ${name}`);
  return found;
}

for (const name of ['a.parquet', 'a.csv', 'a.json']) {
  it(`agrees with DuckDB on rows, nulls, text bytes and the largest text: ${name}`, async () => {
    const all = await profiled(name);
    const [first, last] = [all[0], all.at(-1)];
    expect(last?.stage).toBe('exact');
    for (const [column, { rows, nulls, bytes, largest }] of sums) {
      const found = columnOf(last, column);
      expect(last?.rows).toEqual(exact(rows));
      expect(found.nulls).toEqual(exact(nulls));
      expect(found.text?.max).toEqual(exact(largest));
      const arrow = bytes + 4 * (rows + 1) + (nulls > 0 ? Math.ceil(rows / 8) : 0);
      expect(found.arrow).toEqual(exact(arrow));
      const early = columnOf(first, column).arrow;
      if (early.known === 'unknown') continue;
      expect(early.low).toBeLessThanOrEqual(arrow);
      expect(early.high).toBeGreaterThanOrEqual(arrow);
    }
  });
}

async function numbers(sql: string): Promise<number[][]> {
  const result = await connection.runAndReadAll(sql);
  return result.getRows().map((row) => row.map(Number));
}

/** Counts the values of each bucket of a histogram. */
async function expectCounts(histogram: SizeHistogram | null, bytes: string): Promise<void> {
  if (histogram === null) throw new Error('no histogram');
  expect(histogram.known).toBe('exact');
  expect(histogram.buckets.length).toBeLessThanOrEqual(40);
  const counts = histogram.buckets.map(({ from, to }) => `count(*) filter (b >= ${from} and b < ${to})::int`);
  const [expected] = await numbers(`select ${counts.join(', ')} from (select ${bytes} as b from source)`);
  expect(histogram.buckets.map(({ count }) => count)).toEqual(expected);
  const [[all] = []] = await numbers(`select count(b)::int from (select ${bytes} as b from source)`);
  expect(histogram.buckets.reduce((sum, { count }) => sum + count, 0)).toBe(all);
}

for (const [name, bytes] of Object.entries(ROW_BYTES)) {
  it(`counts texts and rows of each size as DuckDB does: ${name}`, async () => {
    const last = (await profiled(name)).at(-1);
    for (const column of sums.keys()) await expectCounts(columnOf(last, column).histogram, `strlen(${column})`);
    await expectCounts(last?.rowSizes ?? null, bytes);
  });

  it(`finds the ten largest rows that DuckDB finds, of equal ones the first: ${name}`, async () => {
    const last = (await profiled(name)).at(-1);
    const expected = await numbers(`select n, ${bytes} from source order by 2 desc, 1 limit 10`);
    expect(last?.largestRows).toEqual(expected.map(([row, size]) => ({ key: null, file: name, row, bytes: size })));
    expect(last?.rowSizes?.max).toEqual(exact(expected[0]?.[1] ?? -1));
  });
}

it('gives the same largest rows with every cut of a file into row groups', async () => {
  const all = await Promise.all(['a.parquet', 'b.parquet'].map((name) => profiled(name)));
  const [one, other] = all.map((footprints) => footprints.at(-1));
  expect(one?.largestRows.map(({ row, bytes }) => [row, bytes])).toEqual(
    other?.largestRows.map(({ row, bytes }) => [row, bytes]),
  );
  expect(one?.rowSizes).toEqual(other?.rowSizes);
});
