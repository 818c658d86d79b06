import { afterAll, beforeAll, expect, it } from 'vitest';
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
  const [first, ...others] = await renderedChunks(opened, new Set([1, 30]));
  expect(all).toHaveLength(40);
  expect(first).toMatchObject({ index: 1, text: all[0]?.text, blocks: 1 });
  expect(others).toMatchObject([{ index: 30, text: all[29]?.text }]);
  expect(others[0]?.blocks).toBeLessThan(all.at(-1)?.blocks ?? 0);
});
