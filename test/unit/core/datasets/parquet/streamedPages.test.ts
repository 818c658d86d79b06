import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ParquetFragmentReader } from '../../../../../src/core/datasets/parquet/parquetFragmentReader.ts';
import { parquetReader } from '../../../../../src/core/datasets/parquet/parquetReader.ts';
import type { Fragment } from '../../../../../src/core/model/dataset.ts';
import { openKernel } from '../../../../../src/kernel/kernel.ts';
import { python } from '../../../../support/python.ts';
import { handmadeParquet, plainTexts } from './handmadeParquet.ts';
import type { OpenedParquet } from './readParquet.ts';
import { firstDifference, never, parquetInMemory, readColumns, textsOf } from './readParquet.ts';

const folder = mkdtempSync(join(tmpdir(), 'parquet-streamed-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const ROWS = 60_000;
const WRITE = `
import sys, pyarrow as pa, pyarrow.parquet as pq
folder, n = sys.argv[1], ${ROWS}
t = pa.table({
    'text': [None if i % 7 == 3 or 20000 <= i < 31000 else 'z' * 700000 if i == 40000 else f'{i} ' + 'äöü lorem ' * (i * 7919 % 13) for i in range(n)],
    'id': pa.array(range(n), pa.int64()),
    'key': pa.array([str(i) for i in range(n)]),
    'real': pa.array([None if i % 3 == 0 else i / 4 for i in range(n)], pa.float64()),
}, schema=pa.schema([('text', pa.string()), pa.field('id', pa.int64(), nullable=False), pa.field('key', pa.string(), nullable=False), ('real', pa.float64())]))
one = dict(use_dictionary=False, data_page_size=1 << 30, write_batch_size=1 << 20, max_rows_per_page=1 << 30, row_group_size=n)
for codec in ['zstd', 'snappy', 'gzip', 'brotli', 'lz4', 'none']:
    for version in ['1.0', '2.0']:
        pq.write_table(t, f'{folder}/{codec}-{version}.parquet', compression=codec, data_page_version=version, write_page_checksum=True, **one)
lengths = {'text': 'DELTA_LENGTH_BYTE_ARRAY', 'key': 'DELTA_LENGTH_BYTE_ARRAY', 'id': 'PLAIN', 'real': 'PLAIN'}
for version in ['1.0', '2.0']:
    pq.write_table(t, f'{folder}/delta-{version}.parquet', compression='zstd', data_page_version=version, column_encoding=lengths, write_page_checksum=True, **one)
big = pa.table({'text': pa.array([f'{i} ' + 'some words in a row %d ' % (i * 7919 % 1000003) * 12 for i in range(60000)])})
pq.write_table(big, f'{folder}/big-delta.parquet', compression='zstd', column_encoding={'text': 'DELTA_LENGTH_BYTE_ARRAY'}, **one)
for codec in ['zstd', 'snappy']:
    pq.write_table(big, f'{folder}/big-{codec}.parquet', compression=codec, **one)
`;
await python(WRITE, [folder]);
const KINDS = ['zstd', 'snappy', 'gzip', 'brotli', 'lz4', 'none', 'delta'];
const FILES = KINDS.flatMap((kind) => [`${kind}-1.0`, `${kind}-2.0`]);
const columns = [['text'], ['id'], ['key'], ['real']];

function textOf(i: number): string | null {
  if (i % 7 === 3 || (i >= 20_000 && i < 31_000)) return null;
  return i === 40_000 ? 'z'.repeat(700_000) : `${i} ${'äöü lorem '.repeat((i * 7919) % 13)}`;
}

const rows = Array.from({ length: ROWS }, (_, i) => i);
const expected = [
  rows.map(textOf),
  rows.map(String),
  rows.map(String),
  rows.map((i) => (i % 3 === 0 ? null : String(i / 4))),
];

function load(name: string): Buffer {
  return readFileSync(join(folder, `${name}.parquet`));
}

function fragmentsAt(...cuts: number[]): Fragment[] {
  return cuts.slice(1).map((toRow, i) => {
    const fromRow = cuts[i] ?? 0;
    return { file: 0, rows: toRow - fromRow, part: { kind: 'rowGroup', rowGroup: 0, fromRow, toRow } };
  });
}

describe('pages that are unpacked while they are read', () => {
  test.each(FILES)('give what they hold, also values larger than any piece (%s)', async (name) => {
    const read = await readColumns(await parquetInMemory(load(name)), columns);
    expected.forEach((texts, i) => {
      expect(firstDifference(read.columns[i], texts), String(columns[i])).toBe(-1);
    });
  });

  test.each(['zstd-1.0', 'snappy-2.0', 'none-1.0', 'delta-2.0'])(
    'are entered and left at any row (%s)',
    async (name) => {
      const opened = await parquetInMemory(load(name));
      for (const cuts of [
        [3, 4, 25_000, 25_001, 40_000, 40_001, 59_999, 60_000],
        [20_000, 31_000, ROWS],
      ]) {
        const read = await readColumns(opened, [...columns, ['text']], fragmentsAt(...cuts));
        [...expected, expected[0] ?? []].forEach((texts, i) => {
          expect(firstDifference(read.columns[i], texts.slice(cuts[0], cuts.at(-1)))).toBe(-1);
        });
      }
    },
  );

  test('are read on behind rows that another worker reads', async () => {
    const opened = await parquetInMemory(load('zstd-1.0'));
    const fragments = fragmentsAt(0, 10_000, 19_000, 39_999, 40_001, ROWS).filter((_, i) => i % 2 === 0);
    const read = await readColumns(opened, columns, fragments);
    expected.forEach((texts, i) => {
      const wanted = [...texts.slice(0, 10_000), ...texts.slice(19_000, 39_999), ...texts.slice(40_001)];
      expect(firstDifference(read.columns[i], wanted)).toBe(-1);
    });
  });

  test('may be wanted backwards', async () => {
    const opened = await parquetInMemory(load('zstd-1.0'));
    const fragments = fragmentsAt(0, 100, 30_000, ROWS).toReversed();
    const read = await readColumns(opened, columns, fragments);
    const [text = []] = expected;
    expect(
      firstDifference(read.columns[0], [...text.slice(30_000), ...text.slice(100, 30_000), ...text.slice(0, 100)]),
    ).toBe(-1);
  });

  test.each(FILES)('are refused by the end of a page that does not match its checksum (%s)', async (name) => {
    const bytes = load(name);
    const damaged = Buffer.from(bytes);
    const at = Math.floor(bytes.length * 0.8);
    damaged[at] = (damaged[at] ?? 0) ^ 1;
    await expect(readColumns(await parquetInMemory(damaged), columns)).rejects.toMatchObject({ code: 'badData' });
  });
});

/** Counts what a reader with the limits of every day does. */
async function watched(bytes: Uint8Array): Promise<{ opened: OpenedParquet; unpacked: number[] }> {
  const opened = await parquetInMemory(bytes);
  const unpacked: number[] = [];
  const { codecs } = opened.env;
  const env = {
    ...opened.env,
    codecs: {
      ...codecs,
      unpack: (...args: Parameters<typeof codecs.unpack>) => {
        unpacked.push(args[2]);
        return codecs.unpack(...args);
      },
    },
  };
  return { opened: { ...opened, env }, unpacked };
}

describe('a page of many megabytes', () => {
  test.each(['big-zstd', 'big-snappy', 'big-delta'])('is never held whole, packed or unpacked (%s)', async (name) => {
    const { opened, unpacked } = await watched(load(name));
    const kernel = openKernel();
    const reader = parquetReader.open(opened.dataset, [['text']], kernel, opened.env);
    const [fragment] = await parquetReader.fragments(opened.dataset, 0, [['text']], opened.env, never);
    if (fragment === undefined) throw new Error('no fragment');
    expect(fragment.rows).toBe(60_000);
    opened.reads.length = 0;
    let row = 0;
    for await (const batch of reader.batches(fragment, never)) {
      const [text] = batch.columns;
      if (text !== undefined) expect(textsOf(kernel, text, 1)[0]?.startsWith(`${row} some words`)).toBe(true);
      row += batch.rows;
    }
    await reader.close();
    expect(unpacked.filter((size) => size > 1 << 20)).toEqual([]);
    expect(Math.max(...opened.reads.map(({ length }) => length))).toBeLessThanOrEqual(4 << 20);
    const read = opened.reads.reduce((sum, { length }) => sum + length, 0);
    expect(read).toBeLessThan(load(name).length * 1.1 + 100_000);
    expect(kernel.sizeBytes()).toBeLessThan(24 << 20);
  });

  test('is read once by a worker that goes through it fragment after fragment', async () => {
    const { opened, unpacked } = await watched(load('big-snappy'));
    const reader = new ParquetFragmentReader(opened.dataset, [['text']], openKernel(), opened.env);
    opened.reads.length = 0;
    let seen = 0;
    for (const fragment of fragmentsAt(0, 10_000, 20_000, 30_000, 40_000, 50_000, 60_000))
      for await (const batch of reader.batches(fragment, never)) seen += batch.rows;
    await reader.close();
    expect(seen).toBe(60_000);
    expect(unpacked).toEqual([]);
    const read = opened.reads.reduce((sum, { length }) => sum + length, 0);
    expect(read).toBeLessThan(load('big-snappy').length * 1.1 + 100_000);
  });

  test('whose reading is stopped in the middle can be read again', async () => {
    const { opened } = await watched(load('big-zstd'));
    const kernel = openKernel();
    const reader = parquetReader.open(opened.dataset, [['text']], kernel, opened.env);
    const [fragment] = fragmentsAt(0, 60_000);
    if (fragment === undefined) throw new Error('no fragment');
    const stop = new AbortController();
    const reading = async () => {
      for await (const batch of reader.batches(fragment, stop.signal)) if (batch.rows > 0) stop.abort();
    };
    await expect(reading()).rejects.toMatchObject({ code: 'cancelled' });
    let seen = 0;
    for await (const batch of reader.batches(fragment, never)) seen += batch.rows;
    expect(seen).toBe(60_000);
    await reader.close();
  });
});

describe('a page that lies about its size', () => {
  const text = plainTexts('one', 'zwei', 'three');
  const lying: [string, Parameters<typeof handmadeParquet>[2]][] = [
    ['its values end early', [{ values: 4, body: text }]],
    ['a value is longer than its page', [{ values: 3, body: text.subarray(0, -1) }]],
    ['another size than announced', [{ values: 3, body: text, unpackedBytes: text.length + 9 }]],
  ];

  test.each(lying)('is refused in one sentence, streamed as well: %s', async (words, pages) => {
    const file = handmadeParquet(pages[0]?.values ?? 0, { converted_type: 'UTF8' }, pages);
    const opened = await parquetInMemory(file);
    await expect(readColumns(opened, [['a']])).rejects.toMatchObject({ code: 'badData' });
    const reader = new ParquetFragmentReader(
      opened.dataset,
      [['a']],
      openKernel(),
      { ...opened.env, ...opened.streamed },
      opened.streamed.limits,
    );
    const [fragment] = fragmentsAt(0, pages[0]?.values ?? 0);
    if (fragment === undefined) throw new Error('no fragment');
    const reading = async () => {
      for await (const batch of reader.batches(fragment, never)) expect(batch.rows).toBeGreaterThan(0);
    };
    await expect(reading()).rejects.toThrow(words);
    await reader.close();
  });
});
