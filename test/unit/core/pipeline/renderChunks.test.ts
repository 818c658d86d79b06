import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { python } from '../../../support/python.ts';
import { openJobWorld, renderedChunks, type JobWorld } from './jobWorld.ts';

let world: JobWorld;
beforeAll(async () => {
  world = await openJobWorld();
});
afterAll(() => world.close());

it('hands a wanted chunk over as soon as a row of another chunk comes', async () => {
  const rows = Array.from({ length: 40_000 }, (_, id) => ({ id, text: 'x'.repeat(400) }));
  const opened = await world.open(await world.putRows('long.jsonl', rows), { limits: { maxRequests: 1000 } });
  const all = await renderedChunks(opened, null);
  const { chunks } = await world.plan(opened);
  const [first, ...others] = await renderedChunks(opened, { chunks, wanted: new Set([1, 30]) });
  expect(all).toHaveLength(40);
  expect(first).toMatchObject({ index: 1, text: all[0]?.text, blocks: 1 });
  expect(others).toMatchObject([{ index: 30, text: all[29]?.text }]);
  expect(others[0]?.blocks).toBeLessThan(all.at(-1)?.blocks ?? 0);
});

describe('chunks of a plan that are rendered again', () => {
  it('are the same, whatever is wanted, limited or without a line, and no more is read than that', async () => {
    const rows = Array.from({ length: 3000 }, (_, id) => ({ id, text: id % 7 === 0 || id < 20 ? null : `text ${id}` }));
    const script = `
import json, sys, pyarrow as pa, pyarrow.parquet as pq
rows = json.loads(open(sys.argv[1]).read())
pq.write_table(pa.Table.from_pylist(rows), sys.argv[2], row_group_size=250)`;
    const json = await world.put('rows.json', JSON.stringify(rows));
    const parquet = await world.put('rows.parquet', '');
    await python(script, [json, parquet]);
    const jsonl = await world.putRows('rows.jsonl', rows);
    for (const uri of [parquet, jsonl])
      for (const dataset of [{}, { limit: 2900 }]) {
        const opened = await world.open(uri, { dataset, limits: { maxRequests: 300 } });
        const { chunks } = await world.plan(opened);
        const all = await renderedChunks(opened, null);
        for (const wanted of [[1], [9], [4, 5], [3, 7], [2, 9], chunks.map(({ index }) => index)]) {
          const some = await renderedChunks(opened, { chunks, wanted: new Set(wanted) });
          const texts = all.filter(({ index }) => wanted.includes(index));
          expect(some.map(({ index, text }) => ({ index, text }))).toEqual(
            texts.map(({ index, text }) => ({ index, text })),
          );
          if (uri === parquet && wanted.length < 3) expect(some.at(-1)?.blocks).toBeLessThan(all.at(-1)?.blocks ?? 0);
        }
        expect(await renderedChunks(opened, { chunks, wanted: new Set() })).toEqual([]);
      }
  });
});
