import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Figure } from '../../../../src/core/model/figure.ts';
import { profileDataset } from '../../../../src/core/pipeline/profileDataset.ts';
import type { ColumnFootprint, Footprint } from '../../../../src/core/profile/footprint.ts';
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

let folder = '';
const sums = new Map<string, Sums>();

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tranche-duckdb-'));
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run(`create table source as ${SOURCE}`);
  await connection.run(`copy source to '${folder}/a.parquet' (row_group_size 10000)`);
  await connection.run(`copy source to '${folder}/a.csv' (header)`);
  await connection.run(`copy source to '${folder}/a.json' (format json)`);
  for (const column of ['key', 'body', 'tag']) {
    const result = await connection.runAndReadAll(
      `select count(*)::int, count(*) filter (${column} is null)::int, sum(strlen(${column}))::double, max(strlen(${column}))::int from source`,
    );
    const [rows, nulls, bytes, largest] = (result.getRows()[0] ?? []).map(Number);
    sums.set(column, { rows: rows ?? -1, nulls: nulls ?? -1, bytes: bytes ?? -1, largest: largest ?? -1 });
  }
  connection.closeSync();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

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
