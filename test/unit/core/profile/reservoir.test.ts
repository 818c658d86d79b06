import { expect, it } from 'vitest';
import { openRandom } from '../../../../src/core/profile/random.ts';
import { openReservoir } from '../../../../src/core/profile/reservoir.ts';

function sample(items: number, size: number, seed: number): number[] {
  const reservoir = openReservoir(size, openRandom(seed));
  const kept: number[] = [];
  for (let item = 0; item < items; item++) if (item === reservoir.next()) kept[reservoir.take()] = item;
  return kept;
}

it('keeps all of a short stream and no more than asked for of a long one', () => {
  expect(sample(3, 5, 1)).toEqual([0, 1, 2]);
  expect(sample(5, 5, 1)).toHaveLength(5);
  expect(new Set(sample(10_000, 5, 2)).size).toBe(5);
  expect(sample(10, 0, 1)).toEqual([]);
});

it('gives every item the same chance', () => {
  const counts = new Array<number>(60).fill(0);
  for (let seed = 0; seed < 6000; seed++)
    for (const item of sample(60, 6, seed * 31 + 7)) counts[item] = (counts[item] ?? 0) + 1;
  // One of ten: 600 times each, with a standard deviation of 23.
  expect(Math.min(...counts)).toBeGreaterThan(500);
  expect(Math.max(...counts)).toBeLessThan(700);
});
