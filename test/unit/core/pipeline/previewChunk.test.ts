import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OpenedJob } from '../../../../src/core/pipeline/openJob.ts';
import { previewChunk, type ChunkPreview, type PreviewSize } from '../../../../src/core/pipeline/previewChunk.ts';
import type { WorkPool } from '../../../../src/core/pipeline/workPool.ts';
import type { Plan } from '../../../../src/core/model/plan.ts';
import { openReadEnv } from '../../../../src/engine/readEnv.ts';
import { python } from '../../../support/python.ts';
import { inlinePool } from './inlinePool.ts';
import { openJobWorld, renderedChunks, type JobWorld } from './jobWorld.ts';

let world: JobWorld;
beforeAll(async () => {
  world = await openJobWorld();
});
afterAll(() => world.close());

const SIZE: PreviewSize = { lines: 50, bytes: 1_000_000, firstLineBytes: 16_000_000 };

/** A pool that counts the rows it gives, since those are read. */
function countingPool(): { readonly pool: WorkPool; readonly rows: () => number } {
  const { run } = inlinePool();
  let rows = 0;
  return {
    rows: () => rows,
    pool: {
      run: async function* (...work) {
        for await (const output of run(...work)) {
          rows += 'rows' in output.output && typeof output.output.rows === 'number' ? output.output.rows : 0;
          yield output;
        }
      },
    },
  };
}

interface Planned {
  readonly opened: OpenedJob;
  readonly plan: Plan;
  readonly ends: readonly number[];
}

async function planned(uri: string, more: Readonly<Record<string, object>> = {}): Promise<Planned> {
  const opened = await world.open(uri, more);
  const ends: number[] = [];
  const plan = await world.plan(opened, {}, { onRows: (rows, fragment) => void (ends[fragment] = rows) });
  return { opened, plan, ends };
}

async function preview(
  { opened, plan, ends }: Planned,
  chunk: number,
  size: Partial<PreviewSize> = {},
): Promise<ChunkPreview & { readonly read: number }> {
  const { pool, rows } = countingPool();
  const wanted = plan.chunks[chunk - 1];
  if (wanted === undefined) throw new Error(`There is no chunk ${chunk}.`);
  const deps = { env: await openReadEnv(), pool, fragmentEnds: ends };
  const shown = await previewChunk(opened, wanted, { ...SIZE, ...size }, deps, new AbortController().signal);
  return { ...shown, read: rows() };
}

const firstLines = (text: string, lines: number): string => text.split('\n').slice(0, lines).join('\n') + '\n';

const rowsFrom = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => ({
    id: from + i,
    text: (from + i) % 9 === 0 ? null : `text ${from + i} größe`,
  }));
const csvOf = (rows: readonly { id: number; text: string | null }[]): string =>
  `id,text\n${rows.map(({ id, text }) => `${id},${text ?? ''}\n`).join('')}`;

async function putParquet(name: string, rows: readonly object[], rowGroup: number): Promise<string> {
  const script = `
import json, sys, pyarrow as pa, pyarrow.parquet as pq
pq.write_table(pa.Table.from_pylist(json.load(open(sys.argv[1]))), sys.argv[2], row_group_size=int(sys.argv[3]))`;
  const json = await world.put('rows.json', JSON.stringify(rows));
  const parquet = await world.put(name, '');
  await python(script, [json, parquet, String(rowGroup)]);
  return parquet;
}

describe('the first lines of a chunk', () => {
  it('are those of its file, in every format and chunk, and whether there are more is said', async () => {
    const rows = rowsFrom(0, 2000);
    const uris = [
      await putParquet('all.parquet', rows, 300),
      await world.put('all.csv', csvOf(rows)),
      await world.putRows('all.jsonl', rows),
    ];
    for (const uri of uris)
      for (const dataset of [{}, { limit: 1900 }]) {
        const job = await planned(uri, { dataset, limits: { maxRequests: 175 } });
        const all = await renderedChunks(job.opened, null);
        expect(all.length).toBeGreaterThan(9);
        for (const { index, text } of [all[0], all[5], all.at(-1)].flatMap((one) => one ?? []))
          for (const known of [job, { ...job, ends: [] }]) {
            const { text: first, rows: lines, isWhole } = await preview(known, index);
            const count = text.split('\n').length - 1;
            expect(first).toBe(firstLines(text, Math.min(50, count)));
            expect([lines, isWhole]).toEqual([Math.min(50, count), count <= 50]);
            expect(await preview(known, index, { lines: count })).toMatchObject({ text, rows: count, isWhole: true });
          }
      }
  });

  it('are read without what lies before and behind them, where rows are known', async () => {
    const parquet = await planned(await putParquet('late.parquet', rowsFrom(0, 9000), 3000), {
      limits: { maxRequests: 500 },
    });
    for (const chunk of [1, 9, parquet.plan.chunks.length]) {
      expect((await preview(parquet, chunk, { lines: 5 })).read).toBeLessThan(3000);
    }
    expect((await preview(parquet, 9, { lines: 1 })).read).toBe(1);

    for (let file = 0; file < 6; file++) await world.put(`part-${file}.csv`, csvOf(rowsFrom(1000 * file, 1000)));
    const csv = await planned((await world.put('part-6.csv', 'id,text\n')).replace('part-6', 'part-*'), {
      limits: { maxRequests: 400 },
    });
    expect(csv.ends.filter((end) => end > 0)).toEqual([1000, 2000, 3000, 4000, 5000, 6000]);
    expect((await preview(csv, csv.plan.chunks.length)).read).toBe(1000);
    expect((await preview({ ...csv, ends: [] }, csv.plan.chunks.length)).read).toBe(6000);
  });

  it('are fewer where they are long, but one in any case, unless that alone is too much', async () => {
    const rows = Array.from({ length: 20 }, (_, id) => ({ id, text: 'x'.repeat(1000) }));
    const job = await planned(await world.putRows('long.jsonl', rows));
    expect(await preview(job, 1, { bytes: 3700 })).toMatchObject({ rows: 3, isWhole: false });
    expect(await preview(job, 1, { bytes: 10 })).toMatchObject({ rows: 1, isWhole: false });
    await expect(preview(job, 1, { bytes: 10, firstLineBytes: 1000 })).rejects.toMatchObject({
      code: 'notSupported',
      message: expect.stringMatching(/^The first line of chunk 1 has 1\d\d\d bytes/) as string,
    });
  });
});
