import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { datasetSeed, drawClusters } from '../../../../src/core/profile/sampleDesign.ts';

const runs = fc.array(fc.record({ clusters: fc.integer({ min: 0, max: 300 }) }), { minLength: 1, maxLength: 40 });

describe('drawing clusters', () => {
  it('draws distinct clusters that exist, in dataset order, and strata that cover all of them', () => {
    fc.assert(
      fc.property(runs, fc.integer(), (given, seed) => {
        const total = given.reduce((sum, { clusters }) => sum + clusters, 0);
        const { strata, drawn } = drawClusters(given, seed);
        expect(strata.reduce((sum, { clusters }) => sum + clusters, 0)).toBe(total);
        const keys = drawn.map(({ run, index }) => run * 1000 + index);
        expect(keys).toEqual([...new Set(keys)].sort((a, b) => a - b));
        for (const { run, index } of drawn) expect(index).toBeLessThan(given[run]?.clusters ?? 0);
        strata.forEach(({ clusters }, stratum) => {
          const own = drawn.filter((one) => one.stratum === stratum);
          expect(own.length).toBe(Math.min(4, clusters));
          expect(own.filter(({ round }) => round === 0).length).toBe(Math.min(1, clusters));
        });
      }),
    );
  });

  it('gives every cluster of a stratum the same chance', () => {
    const counts = new Array<number>(320).fill(0);
    for (let seed = 0; seed < 1000; seed++)
      for (const { index, round } of drawClusters([{ clusters: 320 }], seed).drawn)
        if (round === 0) counts[index] = (counts[index] ?? 0) + 1;
    // One of 10: 100 of 1,000 times each, with a standard deviation of 9.5.
    expect(Math.min(...counts)).toBeGreaterThan(60);
    expect(Math.max(...counts)).toBeLessThan(145);
  });

  it('is the same for the same files and another one for others', () => {
    const seed = datasetSeed([{ name: 'a.parquet', sizeBytes: 5 }]);
    expect(seed).toBe(datasetSeed([{ name: 'a.parquet', sizeBytes: 5 }]));
    expect(seed).not.toBe(datasetSeed([{ name: 'a.parquet', sizeBytes: 6 }]));
    expect(drawClusters([{ clusters: 900 }], seed)).toEqual(drawClusters([{ clusters: 900 }], seed));
    expect(drawClusters([{ clusters: 900 }], seed)).not.toEqual(drawClusters([{ clusters: 900 }], seed + 1));
  });
});
