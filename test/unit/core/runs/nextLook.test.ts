import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextLookAtMs } from '../../../../src/core/runs/nextLook.ts';

const TUNING = { firstLookMs: 2_000, slowestLookMs: 60_000 };

describe('the next look', () => {
  it('comes 2 s after a batch was created', () => {
    expect(nextLookAtMs([1_000, 5_000], -Infinity, TUNING)).toBe(3_000);
  });

  it('gets slower with the age of the youngest batch, up to 60 s', () => {
    expect(nextLookAtMs([0], 2_000, TUNING)).toBe(4_000);
    expect(nextLookAtMs([0], 40_000, TUNING)).toBe(50_000);
    expect(nextLookAtMs([0], 10_000_000, TUNING)).toBe(10_060_000);
  });

  it('comes soon again when a new batch joins old ones', () => {
    expect(nextLookAtMs([0, 10_030_000], 10_000_000, TUNING)).toBe(10_032_000);
  });

  it('never comes twice within 2 s nor later than 60 s after the last', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1_000_000), { minLength: 1 }), fc.nat(1_000_000), (sinces, lastLookMs) => {
        const old = sinces.filter((since) => since <= lastLookMs);
        fc.pre(old.length > 0);
        const at = nextLookAtMs(old, lastLookMs, TUNING);
        expect(at - lastLookMs).toBeGreaterThanOrEqual(2_000);
        expect(at - lastLookMs).toBeLessThanOrEqual(60_000);
      }),
    );
  });
});
