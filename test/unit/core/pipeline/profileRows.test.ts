import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { profileDataset } from '../../../../src/core/pipeline/profileDataset.ts';
import type { Footprint } from '../../../../src/core/profile/footprint.ts';
import { loadJob } from '../../../../src/engine/loadJob.ts';
import { openReadEnv } from '../../../../src/engine/readEnv.ts';
import { python } from '../../../support/python.ts';
import { inlinePool } from './inlinePool.ts';

/** Two files of 10,000 rows; sizes of texts by row number, uncompressed and in small pages, so that a sample of rows can be read. */
const MAKE = `
import sys, os, random, pyarrow as pa, pyarrow.parquet as pq, pyarrow.ipc as ipc
folder = sys.argv[1]
os.mkdir(folder + '/posts')
random.seed(5)
filler = random.randbytes(4000).hex()
for file in range(2):
  rows = range(10000 * file, 10000 * (file + 1))
  texts = [None if i % 50 == 0 else filler[:200 + i * 7919 % 1500] for i in rows]
  table = pa.table({'id': [f'row-{i}' for i in rows], 'text': texts})
  pq.write_table(table, f'{folder}/posts/{file}.parquet', compression='none', use_dictionary=False, row_group_size=4000, data_page_size=4096, write_batch_size=16, write_page_index=True)
  if file == 0:
    with ipc.new_file(folder + '/posts.arrow', table.schema) as out: out.write_table(table, max_chunksize=40)
`;

const ROWS = 20_000;
const idOf = (row: number): string => `row-${row}`;
const textBytes = (row: number): number => (row % 50 === 0 ? 0 : 200 + ((row * 7919) % 1500));
const rowBytes = (row: number): number => idOf(row).length + textBytes(row);
/** A line is what stays the same, the id, and the text twice. */
const lineBytes = (row: number): number =>
  row % 50 === 0 ? 0 : FRAME.length + 1 + idOf(row).length + 2 * textBytes(row);
const FRAME = JSON.stringify({
  custom_id: '',
  method: 'POST',
  url: '/v1/chat/completions',
  body: { model: 'gpt-4o-mini', messages: [{ role: 'user', content: '' }], max_completion_tokens: 20 },
});
const PLACES = Array.from({ length: ROWS }, (_, row) => ({ file: `${Math.floor(row / 10_000)}.parquet`, row }));

let folder = '';
const never = new AbortController().signal;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tranche-rows-'));
  await python(MAKE, [folder]);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function jobFile(limit?: number): Promise<string> {
  const file = path.join(folder, 'ask.tranche.json');
  const messages = [{ role: 'user', content: '{{text}}{{text}}' }];
  const request = { endpoint: '/v1/chat/completions', model: 'gpt-4o-mini' };
  const body = { messages, max_completion_tokens: 20 };
  const job = { dataset: { uri: 'posts', key: 'id', limit }, request: { ...request, body } };
  await writeFile(file, JSON.stringify(job));
  return file;
}

interface Asked {
  readonly job?: string;
  readonly sampled?: boolean;
}

async function profiled(name: string, { job, sampled = false }: Asked = {}): Promise<Footprint> {
  const wholeBytes = sampled ? 1000 : 1e9;
  const loaded = job === undefined ? null : await loadJob(job);
  const request = { uri: path.join(folder, name), format: null, job: loaded, exact: false, wholeBytes };
  const prices = { list: 'openai', overrides: {}, nowMs: Date.UTC(2026, 8, 30) } as const;
  const deps = { env: await openReadEnv(), pool: inlinePool(), prices, nowMs: () => performance.now() };
  let last: Footprint | undefined;
  for await (const { footprint } of profileDataset(request, deps, never)) last = footprint;
  if (!last) throw new Error('no snapshot');
  expect(last.stage).toBe(sampled ? 'sample' : 'exact');
  return last;
}

/** The ten rows of most bytes, of equal ones the first. */
function heaviest(bytesOf: (row: number) => number, rows = ROWS): { row: number; bytes: number }[] {
  return Array.from({ length: rows }, (_, row) => ({ row, bytes: bytesOf(row) }))
    .toSorted((a, b) => b.bytes - a.bytes)
    .slice(0, 10);
}

const inFile = (row: number): { file: string; row: number } => ({
  file: PLACES[row]?.file ?? '',
  row: row % 10_000,
});
const rowOf = ({ file, row }: { file: string; row: number | null }): number =>
  (row ?? NaN) + (file === '1.parquet' ? 10_000 : 0);

function countOf({ rowSizes }: Footprint): number {
  return rowSizes?.buckets.reduce((sum, { count }) => sum + count, 0) ?? NaN;
}

describe('rows that were all read', () => {
  it('are listed by the bytes of their texts, with file and row', async () => {
    const footprint = await profiled('posts');
    const expected = heaviest(rowBytes).map(({ row, bytes }) => ({ key: null, ...inFile(row), bytes }));
    expect(footprint.largestRows).toEqual(expected);
    expect(countOf(footprint)).toBe(ROWS);
  });

  it('are listed by their lines for a job, with their keys', async () => {
    const footprint = await profiled('posts', { job: await jobFile() });
    const expected = heaviest(lineBytes).map(({ row, bytes }) => ({ key: [idOf(row)], ...inFile(row), bytes }));
    expect(footprint.largestRows).toEqual(expected);
    expect(footprint.rowSizes?.known).toBe('exact');
    expect(countOf(footprint)).toBe(footprint.request?.requests.value);
    const buckets = footprint.rowSizes?.buckets ?? [];
    for (const { from, to, count } of buckets) {
      const lines = Array.from({ length: ROWS }, (_, row) => lineBytes(row));
      expect(lines.filter((bytes) => bytes >= from && bytes < to).length).toBe(count);
    }
  });

  it('are the first ones only where the job takes no more, from a sample of columns too', async () => {
    const footprint = await profiled('posts', { job: await jobFile(12_000), sampled: true });
    const expected = heaviest(lineBytes, 12_000).map(({ row, bytes }) => ({
      key: [idOf(row)],
      ...inFile(row),
      bytes,
    }));
    expect(footprint.largestRows).toEqual(expected);
  });
});

describe('sampled rows', () => {
  for (const job of [false, true]) {
    it(`are listed as what they are, largest first, ${job ? 'with their keys for a job' : 'without a job'}`, async () => {
      const footprint = await profiled('posts', { sampled: true, ...(job ? { job: await jobFile() } : {}) });
      const { largestRows, rowSizes } = footprint;
      expect(largestRows.length).toBe(10);
      for (const found of largestRows) {
        const row = rowOf(found);
        expect(found.bytes).toBe(job ? lineBytes(row) : rowBytes(row));
        expect(found.key).toEqual(job ? [idOf(row)] : null);
      }
      const order = largestRows.map((row) => [-row.bytes, rowOf(row)]);
      expect(order).toEqual(order.toSorted(([a = 0, x = 0], [b = 0, y = 0]) => a - b || x - y));
      expect(rowSizes?.known).toBe('estimate');
      expect(rowSizes?.max.low).toBe(largestRows[0]?.bytes);
      const all = job ? (footprint.request?.requests.value ?? NaN) : ROWS;
      expect(Math.abs(countOf(footprint) / all - 1)).toBeLessThan(0.01);
    });
  }

  it('have counts scaled up to those of all values', async () => {
    const text = (await profiled('posts', { sampled: true })).columns.find(({ name }) => name === 'text');
    const counts = text?.histogram?.buckets ?? [];
    expect(text?.histogram?.known).toBe('estimate');
    expect(Math.abs(counts.reduce((sum, { count }) => sum + count, 0) / (0.98 * ROWS) - 1)).toBeLessThan(0.01);
    const share = (least: number): number =>
      counts.reduce((sum, { from, count }) => sum + (from >= least ? count : 0), 0) / ROWS;
    // Sizes are even between 200 and 1700.
    expect(share(1024)).toBeGreaterThan(0.35);
    expect(share(1024)).toBeLessThan(0.55);
  });

  it('have no row number where only reading all before them would tell it', async () => {
    const { largestRows } = await profiled('posts.arrow', { sampled: true });
    expect(new Set(largestRows.map(({ file }) => file))).toEqual(new Set(['posts.arrow']));
    expect(largestRows.every(({ row, bytes }) => row === null || rowBytes(row) === bytes)).toBe(true);
    expect(largestRows.some(({ row }) => row === null)).toBe(true);
  });
});

it('is plain data that survives JSON', async () => {
  for (const sampled of [false, true]) {
    const footprint = await profiled('posts', { job: await jobFile(), sampled });
    expect(JSON.parse(JSON.stringify(footprint))).toEqual(footprint);
  }
});
