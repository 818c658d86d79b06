import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Figure } from '../../../../src/core/model/figure.ts';
import { profileDataset, type ProfileRequest } from '../../../../src/core/pipeline/profileDataset.ts';
import type { ProfileSnapshot } from '../../../../src/core/pipeline/profiling.ts';
import type { ColumnFootprint, Footprint } from '../../../../src/core/profile/footprint.ts';
import { openReadEnv } from '../../../../src/engine/readEnv.ts';
import { python } from '../../../support/python.ts';
import { inlinePool } from './inlinePool.ts';

/** One table in every format, and what pyarrow, pandas and Python say of it. */
const MAKE = `
import sys, json, random, datetime, decimal
import pyarrow as pa, pyarrow.parquet as pq, pyarrow.csv as pc, pyarrow.ipc as ipc, pandas as pd, gzip
folder = sys.argv[1]
random.seed(7)
words = ['alpha', 'größe', 'привет', '東京', '👍 ok', 'a "quoted" one', 'tab\\there', 'x' * 300]
n = 5000
text = [None if random.random() < 0.1 else ' '.join(random.choice(words) for _ in range(random.randint(0, 12))) for _ in range(n)]
day = datetime.date(2024, 1, 1)
moment = datetime.datetime(2024, 1, 1, 12, 0, 0, 123456)
table = pa.table({
  'id': pa.array([f'row-{i:06d}' for i in range(n)]),
  'text': pa.array(text),
  'lang': pa.array([random.choice(['en', 'de', 'ja']) for _ in range(n)]),
  'likes': pa.array([random.randint(0, 10**6) for _ in range(n)], pa.int32()),
  'gaps': pa.array([None if i % 3 == 0 else i for i in range(n)], pa.int64()),
  'score': pa.array([random.random() for _ in range(n)], pa.float64()),
  'good': pa.array([i % 2 == 0 for i in range(n)]),
  'day': pa.array([day + datetime.timedelta(days=i % 500) for i in range(n)]),
  'at': pa.array([moment + datetime.timedelta(seconds=i) for i in range(n)], pa.timestamp('us', tz='UTC')),
  'price': pa.array([decimal.Decimal(i) / 100 for i in range(n)], pa.decimal128(12, 2)),
})
pq.write_table(table, folder + '/plain.parquet', use_dictionary=False, row_group_size=1200)
pq.write_table(table, folder + '/packed.parquet', compression='zstd', row_group_size=2000, data_page_size=8192, write_page_index=True)
with ipc.new_file(folder + '/file.arrow', table.schema) as out:
  out.write_table(table, max_chunksize=700)
flat = table.select(['id', 'text', 'lang', 'likes'])
with open(folder + '/rows.jsonl', 'w') as out:
  for row in flat.to_pylist(): out.write(json.dumps(row, ensure_ascii=False) + '\\n')
with gzip.open(folder + '/rows.jsonl.gz', 'wt') as out:
  for row in flat.to_pylist(): out.write(json.dumps(row) + '\\n')
pc.write_csv(flat, folder + '/rows.csv')
strings = table.to_pandas()
objects = strings.copy()
for name in ['id', 'text', 'lang']: objects[name] = pd.Series(table.column(name).to_pylist(), dtype=object)
def size(frame): return {str(k): int(v) for k, v in frame.memory_usage(deep=True).items()}
print(json.dumps({
  'nulls': {name: table.column(name).null_count for name in table.column_names},
  'nbytes': {name: table.column(name).nbytes for name in table.column_names},
  'text': {name: sum(len(v.encode()) for v in table.column(name).to_pylist() if v is not None) for name in ['id', 'text', 'lang']},
  'sizes': {name: sorted(len(v.encode()) for v in table.column(name).to_pylist() if v is not None) for name in ['id', 'text', 'lang']},
  'escaped': {name: sum(len(json.dumps(v, ensure_ascii=False).encode()) - 2 for v in table.column(name).to_pylist() if v is not None) for name in ['id', 'text', 'lang']},
  'pandas': size(objects),
  'pandasStrings': size(strings),
}))
`;

interface Truth {
  readonly nulls: Record<string, number>;
  readonly nbytes: Record<string, number>;
  readonly text: Record<string, number>;
  readonly sizes: Record<string, number[]>;
  readonly escaped: Record<string, number>;
  readonly pandas: Record<string, number>;
  readonly pandasStrings: Record<string, number>;
}

const ROWS = 5000;
let folder = '';
let truth: Truth;
const never = new AbortController().signal;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tranche-profile-'));
  truth = JSON.parse(await python(MAKE, [folder])) as Truth;
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function collect(snapshots: AsyncIterable<ProfileSnapshot>): Promise<ProfileSnapshot[]> {
  const all: ProfileSnapshot[] = [];
  for await (const snapshot of snapshots) all.push(snapshot);
  return all;
}

async function snapshots(name: string, more: Partial<ProfileRequest> = {}): Promise<ProfileSnapshot[]> {
  const request = { uri: path.join(folder, name), format: null, job: null, exact: false, ...more };
  const prices = { list: 'openai', overrides: {}, nowMs: Date.now() } as const;
  const deps = { env: await openReadEnv(), pool: inlinePool(), prices, nowMs: () => performance.now() };
  return collect(profileDataset(request, deps, never));
}

const wholes = new Map<string, Promise<ProfileSnapshot[]>>();

/** Snapshots of a dataset by the defaults, made once. */
function usual(name: string): Promise<ProfileSnapshot[]> {
  const made = wholes.get(name) ?? snapshots(name);
  wholes.set(name, made);
  return made;
}

async function footprintOf(name: string, more?: Partial<ProfileRequest>): Promise<Footprint> {
  const last = (await (more === undefined ? usual(name) : snapshots(name, more))).at(-1);
  if (!last) throw new Error('no snapshot');
  expect(last.doing).toBeNull();
  return last.footprint;
}

function columnOf({ columns }: Footprint, name: string): ColumnFootprint {
  const found = columns.find((column) => column.name === name);
  if (!found) throw new Error(`no column ${name}`);
  return found;
}

const exact = (value: number | undefined): object => ({ value, known: 'exact', low: value, high: value });

function holds(figure: Figure, value: number): void {
  expect(figure.low).toBeLessThanOrEqual(value);
  expect(figure.high).toBeGreaterThanOrEqual(value);
}

describe('a small dataset, read whole', () => {
  for (const name of ['plain.parquet', 'packed.parquet', 'file.arrow', 'rows.jsonl', 'rows.jsonl.gz', 'rows.csv']) {
    it(`has exact rows, nulls, rendered bytes and sizes as Python counts them: ${name}`, async () => {
      const footprint = await footprintOf(name);
      expect(footprint.stage).toBe('exact');
      expect(footprint.rows).toEqual(exact(ROWS));
      for (const column of ['id', 'text', 'lang']) {
        const found = columnOf(footprint, column);
        expect(found.nulls).toEqual(exact(truth.nulls[column]));
        expect(found.rendered).toEqual(exact(truth.escaped[column]));
        expect(found.tokens.known).toBe('exact');
        const sizes = truth.sizes[column] ?? [];
        expect(found.text?.max).toEqual(exact(sizes.at(-1)));
        for (const [share, figure] of [
          [0.5, found.text?.p50],
          [0.9, found.text?.p90],
          [0.99, found.text?.p99],
        ] as const)
          if (figure) holds(figure, sizes[Math.ceil(share * sizes.length) - 1] ?? -1);
      }
    });
  }

  it('has the Arrow bytes that pyarrow counts', async () => {
    for (const name of ['plain.parquet', 'packed.parquet']) {
      const footprint = await footprintOf(name);
      for (const { name: column, arrow } of footprint.columns) {
        // One offset more a column: pyarrow leaves the last one out.
        expect([column, arrow.known]).toEqual([column, 'exact']);
        expect(Math.abs(arrow.value - (truth.nbytes[column] ?? 0))).toBeLessThanOrEqual(8);
      }
    }
  });

  it('gives what pandas counts, with Python strings and with its own string type', async () => {
    const footprint = await footprintOf('packed.parquet');
    for (const { name, pandas } of footprint.columns) {
      if (pandas.known === 'exact') expect([name, pandas.value]).toEqual([name, truth.pandas[name]]);
      else holds(pandas, truth.pandas[name] ?? -1);
    }
    const sum = (sizes: Record<string, number>): number => Object.values(sizes).reduce((a, b) => a + b, 0);
    expect(footprint.bytes.pandas.value).toBe(sum(truth.pandas));
    expect(Math.abs(footprint.bytes.pandasArrow.value / sum(truth.pandasStrings) - 1)).toBeLessThan(0.01);
  });

  it('counts the same tokens in every format', async () => {
    const [first, ...others] = await Promise.all(
      ['plain.parquet', 'file.arrow', 'rows.jsonl', 'rows.csv'].map((name) => footprintOf(name)),
    );
    for (const other of others)
      for (const column of ['id', 'text', 'lang', 'likes'])
        expect(columnOf(other, column).tokens).toEqual(first && columnOf(first, column).tokens);
  });

  it('says what it read: the whole file, and hardly more', async () => {
    const { read, bytes } = await footprintOf('rows.csv');
    expect(read.bytes).toBeGreaterThanOrEqual(bytes.disk.value);
    expect(read.bytes).toBeLessThan(4 * bytes.disk.value);
  });
});

describe('figures from metadata', () => {
  it('come first and hold the truth', async () => {
    for (const name of ['plain.parquet', 'packed.parquet', 'file.arrow']) {
      const [first] = await usual(name);
      if (!first) throw new Error('no snapshot');
      const { footprint } = first;
      expect(footprint.stage).toBe('metadata');
      expect(footprint.rows).toEqual(exact(ROWS));
      const whole = await footprintOf(name);
      for (const column of footprint.columns) {
        const measured = columnOf(whole, column.name);
        expect([name, column.name, column.nulls]).toEqual([name, column.name, exact(truth.nulls[column.name])]);
        for (const key of ['arrow', 'rendered', 'tokens', 'pandas'] as const) holds(column[key], measured[key].value);
      }
    }
  });

  it('are exact for text where the file states the sizes of its text', async () => {
    const [first] = await usual('packed.parquet');
    const text = first && columnOf(first.footprint, 'text');
    expect(text?.arrow.known).toBe('exact');
  });

  it('are unknown, never a guess, where nothing tells', async () => {
    const [first] = await usual('rows.csv');
    expect(first?.footprint.rows.known).toBe('unknown');
    expect(first?.footprint.bytes.arrow.known).toBe('unknown');
    expect(first?.footprint.bytes.disk.known).toBe('exact');
  });
});

describe('a sample', () => {
  it('holds the truth, is the same each time and says that it is one', async () => {
    const lines = Array.from({ length: 60_000 }, (_, row) => {
      const text = 'some words and more and words that follow '.repeat(
        1 + ((row * 7919) % 23) + (row > 40_000 ? 20 : 0),
      );
      return JSON.stringify({ id: row, text, empty: row % 4 === 0 ? null : 'x' });
    });
    await writeFile(path.join(folder, 'big.jsonl'), `${lines.join('\n')}\n`);
    const sampled = await footprintOf('big.jsonl', { wholeBytes: 1_000_000 });
    const again = await footprintOf('big.jsonl', { wholeBytes: 1_000_000 });
    const whole = await footprintOf('big.jsonl', { exact: true });
    expect(sampled.stage).toBe('sample');
    expect(whole.stage).toBe('exact');
    expect({ ...sampled, read: null }).toEqual({ ...again, read: null });
    expect(sampled.rows.known).toBe('estimate');
    expect(sampled.read.bytes).toBeLessThan(whole.read.bytes);
    holds(sampled.rows, whole.rows.value);
    for (const key of ['arrow', 'rendered'] as const) holds(sampled.bytes[key], whole.bytes[key].value);
    holds(sampled.tokens, whole.tokens.value);
    const [text, truly] = [columnOf(sampled, 'text'), columnOf(whole, 'text')];
    for (const share of ['p50', 'p90', 'p99', 'max'] as const)
      if (text.text && truly.text) holds(text.text[share], truly.text[share].value);
  });
});

it('stops at once when it is told to', async () => {
  const controller = new AbortController();
  controller.abort();
  const deps = {
    env: await openReadEnv(),
    pool: inlinePool(),
    prices: { list: 'openai', overrides: {}, nowMs: 0 } as const,
    nowMs: () => 0,
  };
  const request = { uri: path.join(folder, 'rows.csv'), format: null, job: null, exact: false };
  await expect(collect(profileDataset(request, deps, controller.signal))).rejects.toMatchObject({
    code: 'cancelled',
  });
});
