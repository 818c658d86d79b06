import { afterAll, beforeAll, expect, it } from 'vitest';
import { openJobWorld, type JobWorld } from './jobWorld.ts';

let world: JobWorld;
beforeAll(async () => {
  world = await openJobWorld();
});
afterAll(() => world.close());

it('keeps the limit of tokens, and counts them, in a balanced cut', async () => {
  const rows = Array.from({ length: 100 }, (_, id) => ({ id: id + 100, text: 'to them '.repeat(20) }));
  const opened = await world.open(await world.putRows('rows.jsonl', rows), { limits: { maxTokens: 2000 } });
  const [plain, balanced] = [await world.plan(opened), await world.plan(opened, { balance: 10 })];
  expect(plain.chunks).toHaveLength(3);
  expect(balanced.chunks).toHaveLength(10);
  expect(balanced.tokens).toEqual(plain.tokens);
  expect(balanced.chunks.every(({ tokens }) => tokens.value > 0 && tokens.value <= 2000)).toBe(true);
  expect(balanced.chunks[0]?.closedBy).toBe('bytes');
  expect(balanced.limits).toEqual({ ...opened.limits, maxBytes: balanced.chunks[0]?.bytes });
  const fewer = await world.plan(opened, { balance: 2 });
  expect(fewer.chunks.map(({ closedBy }) => closedBy)).toEqual(['tokens', 'tokens', 'end']);
});
