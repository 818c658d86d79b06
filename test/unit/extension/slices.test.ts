import { describe, expect, it } from 'vitest';
import { openSlices, type Slice } from '../../../src/extension/slices.ts';

describe('the measure of our own work', () => {
  it('keeps the longest of each kind, and tells of those that are long', () => {
    let nowMs = 0;
    const long: Slice[] = [];
    const slices = openSlices(
      () => nowMs,
      (slice) => long.push(slice),
    );
    const work = (name: string, ms: number): string =>
      slices.measure(name, () => {
        nowMs += ms;
        return name;
      });
    expect(work('a', 3)).toBe('a');
    work('a', 20);
    work('a', 4);
    work('b', 30);
    expect(slices.longest()).toEqual([
      { name: 'b', ms: 30, count: 1 },
      { name: 'a', ms: 20, count: 3 },
    ]);
    expect(long).toEqual([
      { name: 'a', ms: 20 },
      { name: 'b', ms: 30 },
    ]);
  });

  it('counts work that fails', () => {
    let nowMs = 0;
    const slices = openSlices(
      () => nowMs++,
      () => undefined,
    );
    const fail = (): never => {
      throw new Error('no');
    };
    expect(() => slices.measure('a', fail)).toThrow('no');
    expect(slices.longest()).toHaveLength(1);
  });
});
