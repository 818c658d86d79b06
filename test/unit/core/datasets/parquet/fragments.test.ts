import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parquetReader } from '../../../../../src/core/datasets/parquet/parquetReader.ts';
import { openKernel } from '../../../../../src/kernel/kernel.ts';
import { python } from '../../../../support/python.ts';
import { firstDifference, never, parquetInMemory, readColumns, textsOf } from './readParquet.ts';

const folder = mkdtempSync(join(tmpdir(), 'parquet-fragments-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const ROWS = 150_000;
const WRITE = `
import sys, pyarrow as pa, pyarrow.parquet as pq
folder, n = sys.argv[1], ${ROWS}
filler = 'lorem ipsum dolor sit amet '
t = pa.table({
    'id': pa.array(range(n), pa.int64()),
    'text': [None if i % 10 == 9 else f'{i} ' + filler * (i % 16) for i in range(n)],
    'lang': [['en', 'de', 'fr'][i % 3] for i in range(n)],
})
for name, options in {
    'walked': dict(),
    'indexed': dict(write_page_index=True),
    'v2': dict(data_page_version='2.0', write_page_index=True),
    'one-page': dict(data_page_size=1 << 30, write_batch_size=1 << 20, use_dictionary=False, max_rows_per_page=1 << 30),
}.items():
    pq.write_table(t, f'{folder}/{name}.parquet', compression='zstd', row_group_size=n, **options)
wide = pa.table({'key': [f'k{i}' for i in range(2000)], 'text': ['x' * (12_000_000 if i == 700 else 10) for i in range(2000)]})
pq.write_table(wide, f'{folder}/wide.parquet', compression='snappy', use_dictionary=False)
shift = pa.table({
    'light': [None if i % 11 == 4 else f'light {i} ' + 'y' * 90 for i in range(40_000)],
    'sudden': ['z' * (30_000 if 8000 <= i < 8600 else 5) + str(i) for i in range(40_000)],
    'number': pa.array([None if i % 3 == 1 else i * 10**12 for i in range(40_000)], pa.int64()),
})
pq.write_table(shift, f'{folder}/shift.parquet', compression='zstd', use_dictionary=False)
few = pa.table({'few': pa.array(['a long text that is always the same ' * 30] * 60_000)})
pq.write_table(few, f'{folder}/few.parquet')
tiny = pa.table({'id': pa.array(range(20_000), pa.int32()), 'text': [f't{i}' for i in range(20_000)]})
pq.write_table(tiny, f'{folder}/tiny-pages.parquet', data_page_size=1, write_batch_size=7, use_dictionary=False)
`;
await python(WRITE, [folder]);
const columns = [['id'], ['text'], ['lang']];
const filler = 'lorem ipsum dolor sit amet ';
const texts = Array.from({ length: ROWS }, (_, i) => (i % 10 === 9 ? null : `${i} ${filler.repeat(i % 16)}`));

function load(name: string): Uint8Array {
  return readFileSync(join(folder, `${name}.parquet`));
}

describe('a row group larger than a fragment', () => {
  test.each(['walked', 'indexed', 'v2'])(
    'is cut where pages begin and nothing is lost or doubled (%s)',
    async (name) => {
      const opened = await parquetInMemory(load(name));
      const fragments = await parquetReader.fragments(opened.dataset, 0, columns, opened.env, never);
      expect(fragments.length).toBeGreaterThan(1);
      const read = await readColumns(opened, columns, fragments);
      expect(firstDifference(read.columns[1], texts)).toBe(-1);
      expect(
        firstDifference(
          read.columns[0],
          texts.map((_, i) => String(i)),
        ),
      ).toBe(-1);
      expect(
        firstDifference(
          read.columns[2],
          texts.map((_, i) => ['en', 'de', 'fr'][i % 3] ?? ''),
        ),
      ).toBe(-1);
      expect(read.kernelBytes).toBeLessThan(24 << 20);
      expect(Math.max(...read.batches)).toBeLessThanOrEqual(65_536);
    },
  );

  test.each(['walked', 'indexed'])(
    'can be read in parts by workers that know nothing of each other (%s)',
    async (name) => {
      const opened = await parquetInMemory(load(name));
      const fragments = await parquetReader.fragments(opened.dataset, 0, columns, opened.env, never);
      opened.reads.length = 0;
      for (const fragment of fragments.toReversed()) {
        const { part } = fragment;
        if (part.kind !== 'rowGroup') throw new Error('another part');
        const read = await readColumns(opened, columns, [fragment]);
        expect(firstDifference(read.columns[1], texts.slice(part.fromRow, part.toRow))).toBe(-1);
      }
      const bytesRead = opened.reads.reduce((sum, { length }) => sum + length, 0);
      expect(bytesRead).toBeLessThan(load(name).length * 3 + (1 << 20));
    },
  );

  test('has the same fragments with and without a page index', async () => {
    const [walked, indexed] = await Promise.all(['walked', 'indexed'].map((name) => parquetInMemory(load(name))));
    if (walked === undefined || indexed === undefined) throw new Error('not read');
    const of = (opened: typeof walked) => parquetReader.fragments(opened.dataset, 0, columns, opened.env, never);
    expect(await of(walked)).toEqual(await of(indexed));
  });

  test('stays whole where it is one page, and that page never lies in the kernel as a whole', async () => {
    const opened = await parquetInMemory(load('one-page'));
    const read = await readColumns(opened, columns);
    expect(firstDifference(read.columns[1], texts)).toBe(-1);
    expect(read.fragments).toHaveLength(1);
    expect(read.kernelBytes).toBeLessThan(24 << 20);
  });

  test('needs few reads of the file', async () => {
    const opened = await parquetInMemory(load('walked'));
    const fragments = await parquetReader.fragments(opened.dataset, 0, columns, opened.env, never);
    opened.reads.length = 0;
    await readColumns(opened, columns, fragments);
    expect(opened.reads.length).toBeLessThan(12 * fragments.length);
  });
});

describe('batches', () => {
  test('a value larger than a batch stands alone', async () => {
    const opened = await parquetInMemory(load('wide'));
    const read = await readColumns(opened, [['key'], ['text']]);
    expect(
      firstDifference(
        read.columns[0],
        Array.from({ length: 2000 }, (_, i) => `k${i}`),
      ),
    ).toBe(-1);
    expect(read.columns[1]?.map((text) => text?.length)).toEqual(
      Array.from({ length: 2000 }, (_, i) => (i === 700 ? 12_000_000 : 10)),
    );
    let row = 0;
    const begins = read.batches.map((rows) => (row += rows) - rows);
    expect(begins).toContain(700);
    expect(begins).toContain(701);
  });

  test('rows of one column that another has no room for yet come with the next batch', async () => {
    const opened = await parquetInMemory(load('shift'));
    const read = await readColumns(opened, [['light'], ['sudden'], ['number']]);
    const rows = Array.from({ length: 40_000 }, (_, i) => i);
    const light = rows.map((i) => (i % 11 === 4 ? null : `light ${i} ${'y'.repeat(90)}`));
    const sudden = rows.map((i) => 'z'.repeat(i >= 8000 && i < 8600 ? 30_000 : 5) + String(i));
    const number = rows.map((i) => (i % 3 === 1 ? null : i === 0 ? '0' : `${i}000000000000`));
    expect(firstDifference(read.columns[0], light)).toBe(-1);
    expect(firstDifference(read.columns[1], sudden)).toBe(-1);
    expect(firstDifference(read.columns[2], number)).toBe(-1);
    expect(read.kernelBytes).toBeLessThan(32 << 20);
  });

  test('a dictionary that repeats long texts gives batches of bounded size', async () => {
    const opened = await parquetInMemory(load('few'));
    const read = await readColumns(opened, [['few']]);
    expect(read.columns[0]?.every((text) => text?.length === 1080)).toBe(true);
    expect(read.columns[0]).toHaveLength(60_000);
    expect(read.kernelBytes).toBeLessThan(32 << 20);
  });

  test('tiny pages still give large batches', async () => {
    const opened = await parquetInMemory(load('tiny-pages'));
    const read = await readColumns(opened, [['id'], ['text']]);
    expect(
      firstDifference(
        read.columns[1],
        Array.from({ length: 20_000 }, (_, i) => `t${i}`),
      ),
    ).toBe(-1);
    expect(read.batches.length).toBeLessThan(3);
  });

  test('columns may be asked for in any order, twice, or not be in the file; partitions are constants', async () => {
    const opened = await parquetInMemory(load('tiny-pages'), { day: '2024-09-09', region: null });
    const read = await readColumns(opened, [
      ['text'],
      ['day'],
      ['absent'],
      ['id'],
      ['text'],
      ['region'],
      ['text', 'no'],
    ]);
    const [text, day, absent, id, again, region, below] = read.columns;
    expect(again).toEqual(text);
    expect(id?.[19_999]).toBe('19999');
    expect(new Set(day)).toEqual(new Set(['2024-09-09']));
    for (const empty of [absent, region, below]) expect(new Set(empty)).toEqual(new Set([null]));
  });

  test('no column at all still tells the rows', async () => {
    const opened = await parquetInMemory(load('tiny-pages'));
    const read = await readColumns(opened, []);
    expect(read.batches.reduce((sum, rows) => sum + rows, 0)).toBe(20_000);
  });

  test('a reader that is left in the middle of a fragment gives the kernel back and reads on', async () => {
    const opened = await parquetInMemory(load('walked'));
    const kernel = openKernel();
    const reader = parquetReader.open(opened.dataset, columns, kernel, opened.env);
    const [first] = await parquetReader.fragments(opened.dataset, 0, columns, opened.env, never);
    if (first === undefined) throw new Error('no fragment');
    const mark = kernel.mark();
    for (let turn = 0; turn < 2; turn++) {
      for await (const batch of reader.batches(first, never)) {
        const [, text] = batch.columns;
        if (text !== undefined) expect(textsOf(kernel, text, batch.rows)).toEqual(texts.slice(0, batch.rows));
        break;
      }
      expect(kernel.mark()).toBe(mark);
    }
    await reader.close();
  });

  test('an abort stops between batches', async () => {
    const opened = await parquetInMemory(load('walked'));
    const stop = new AbortController();
    const reader = parquetReader.open(opened.dataset, columns, openKernel(), opened.env);
    const [first] = await parquetReader.fragments(opened.dataset, 0, columns, opened.env, never);
    if (first === undefined) throw new Error('no fragment');
    const reading = async () => {
      for await (const batch of reader.batches(first, stop.signal)) if (batch.rows > 0) stop.abort();
    };
    await expect(reading()).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('what the footer says', () => {
  test('rows, sizes, nulls, exact text bytes and the footer as identity', async () => {
    const bytes = load('walked');
    const { description } = await parquetInMemory(bytes);
    expect(description.rows).toBe(ROWS);
    const facts = description.columnFacts.get('text');
    expect(facts?.nulls).toBe(ROWS / 10);
    expect(facts?.textBytes).toBe(texts.reduce((sum, text) => sum + (text?.length ?? 0), 0));
    expect(description.columnFacts.get('lang')?.dictionary).toBe(true);
    expect(description.identity.to).toBe(bytes.length);
    const footer = new DataView(bytes.buffer, bytes.byteOffset).getUint32(bytes.length - 8, true);
    expect(description.identity.from).toBe(bytes.length - 8 - footer);
  });

  test('Arrow bytes are those of offsets, values and validity', async () => {
    const opened = await parquetInMemory(load('one-page'));
    const read = await readColumns(opened, columns);
    const present = texts.reduce((sum, text) => sum + (text?.length ?? 0), 0);
    const offsets = 4 * (ROWS + read.batches.length);
    const validity = read.batches.reduce((sum, rows) => sum + Math.ceil(rows / 8), 0);
    expect(read.arrowBytes[0]).toBe(8 * ROWS);
    expect(read.arrowBytes[1]).toBe(present + offsets + validity);
  });
});
