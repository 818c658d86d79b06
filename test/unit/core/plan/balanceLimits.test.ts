import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChunkLimits } from '../../../../src/core/model/limits.ts';
import { balanceLimits, cutMeasured } from '../../../../src/core/plan/balanceLimits.ts';

const limits: ChunkLimits = { maxBytes: 1000, maxRequests: 1e9, maxInputs: null, maxTokens: null };
const even = [{ lengths: new Uint32Array(90).fill(10), tokens: new Uint32Array(90).fill(3) }];

describe('balancing', () => {
  it('lowers the byte limit until there are as many even chunks as asked for', () => {
    const balanced = balanceLimits(limits, 1, even, 6);
    expect(balanced).toEqual({ ...limits, maxBytes: 150 });
    expect(cutMeasured(balanced, 1, even).map(({ bytes }) => bytes)).toEqual(Array(6).fill(150));
  });

  it('leaves limits that make as many chunks already, also by tokens', () => {
    const byTokens = { ...limits, maxTokens: 30 };
    expect(balanceLimits(byTokens, 1, even, 9)).toBe(byTokens);
    expect(cutMeasured(byTokens, 1, even)).toHaveLength(9);
  });

  it('never makes more chunks than asked for, nor crosses another limit', () => {
    const row = fc.tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 9 }));
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 120 }), fc.integer({ min: 1, max: 20 }), (table, parts) => {
        const blocks = [
          { lengths: Uint32Array.from(table, ([l]) => l), tokens: Uint32Array.from(table, ([, t]) => t) },
        ];
        const caps = { ...limits, maxTokens: 40 };
        const before = cutMeasured(caps, 1, blocks).length;
        const chunks = cutMeasured(balanceLimits(caps, 1, blocks, parts), 1, blocks);
        expect(chunks.length).toBeLessThanOrEqual(Math.max(parts, before));
        expect(chunks.every(({ tokens }) => tokens <= 40)).toBe(true);
        expect(chunks.reduce((sum, { tokens }) => sum + tokens, 0)).toBe(
          table.reduce((sum, [length, tokens]) => sum + (length > 0 ? tokens : 0), 0),
        );
      }),
    );
  });
});
