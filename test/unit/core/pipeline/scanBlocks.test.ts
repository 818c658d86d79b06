import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openJobWorld, type JobWorld } from './jobWorld.ts';

let world: JobWorld;
beforeAll(async () => {
  world = await openJobWorld();
});
afterAll(() => world.close());

const rows = Array.from({ length: 10 }, (_, id) => ({
  id: id === 8 ? null : id,
  text: id === 4 ? null : 'x'.repeat(id === 6 ? 900 : 9),
}));

describe('a job that takes only the first rows', () => {
  it('fails on a row among them that it says to fail on', async () => {
    const uri = await world.putRows('rows.jsonl', rows);
    const onNull = { request: { onNull: 'fail' } };
    const oversized = { limits: { maxBytes: 500, oversized: 'fail' } };
    for (const limit of [5, 6])
      await expect(world.plan(await world.open(uri, { dataset: { limit }, ...onNull }))).rejects.toThrow(
        /row 5 .*"fail"/,
      );
    for (const limit of [7, 8])
      await expect(world.plan(await world.open(uri, { dataset: { limit }, ...oversized }))).rejects.toThrow(
        /row 7 .*"fail"/,
      );
    await expect(world.plan(await world.open(uri, { dataset: { limit: 9 } }))).rejects.toThrow(/row 9 has no key/);
  });

  it('does not look at rows behind them', async () => {
    const uri = await world.putRows('rows.jsonl', rows);
    const onNull = { request: { onNull: 'fail' } };
    expect(await world.plan(await world.open(uri, { dataset: { limit: 4 }, ...onNull }))).toMatchObject({ rows: 4 });
    expect(await world.plan(await world.open(uri, { dataset: { limit: 8 } }))).toMatchObject({ rows: 8 });
  });
});
