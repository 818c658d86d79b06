import { describe, expect, it } from 'vitest';
import { openRandom } from '../../../../src/core/profile/random.ts';
import { ratioTotal, type SampledCluster } from '../../../../src/core/profile/ratioEstimate.ts';
import { drawClusters } from '../../../../src/core/profile/sampleDesign.ts';

interface Cluster {
  readonly size: number;
  readonly value: number;
}

/** Share of seeds whose interval holds the truth, and the mean half width as a share of it. */
function coverage(clusters: readonly Cluster[], rounds: number, seeds = 600): { held: number; width: number } {
  const truth = clusters.reduce((sum, { value }) => sum + value, 0);
  const totalSize = clusters.reduce((sum, { size }) => sum + size, 0);
  let [held, width] = [0, 0];
  for (let seed = 0; seed < seeds; seed++) {
    const { strata, drawn } = drawClusters([{ clusters: clusters.length }], seed * 7919 + 13);
    const sampled = drawn
      .filter(({ round }) => round < rounds)
      .flatMap(({ index, position, stratum }): SampledCluster<number>[] => {
        const cluster = clusters[index];
        return cluster ? [{ stratum, position, size: cluster.size, counted: cluster.value }] : [];
      });
    const figure = ratioTotal({ strata, totalSize }, sampled, (value) => value);
    if (figure.low <= truth && truth <= figure.high) held++;
    width += (figure.high - figure.low) / 2 / truth / seeds;
  }
  return { held: held / seeds, width };
}

function population(count: number, valueOf: (index: number, next: () => number) => Cluster): Cluster[] {
  const next = openRandom(4711);
  return Array.from({ length: count }, (_, index) => valueOf(index, next));
}

const normal = (next: () => number): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());

/** The sum of so many long-tailed text sizes. */
function longTailed(next: () => number, rows: number, sigma: number): number {
  let sum = 0;
  for (let row = 0; row < rows; row++) sum += Math.round(150 * Math.exp(sigma * normal(next)));
  return sum;
}

const POPULATIONS = {
  'rows of even size': population(3000, (_, next) => {
    const size = 500 + Math.floor(next() * 20);
    return { size, value: size * 100 + Math.floor(2000 * normal(next)) };
  }),
  'long-tailed rows': population(2000, (_, next) => ({ size: 200, value: longTailed(next, 200, 1.3) })),
  'few very long rows': population(2000, (_, next) => ({
    size: 256,
    value: longTailed(next, 256, 0.5) + (next() < 0.2 ? 40_000 : 0),
  })),
  'files of another kind one after another': population(3000, (index, next) => {
    const kind = Math.floor(index / 300) % 3;
    return { size: 400, value: longTailed(next, 40, 0.8) * ([1, 6, 20][kind] ?? 1) };
  }),
  'sizes that drift over the dataset': population(2500, (index, next) => ({
    size: 300,
    value: longTailed(next, 30, 0.6) * (1 + index / 500),
  })),
  'a jump with hardly any noise around it': population(700, (index, next) => ({
    size: 500,
    value: 500 * (index < 433 ? 100 : 300) + Math.floor(5 * next()),
  })),
  'a steady drift without noise': population(900, (index) => ({ size: 500, value: 500 * (100 + index) })),
  'many jumps without noise': population(1200, (index) => ({ size: 500, value: 500 * (1 + ((index >> 5) % 7)) })),
  'clusters of uneven size': population(1500, (_, next) => {
    const size = 10 + Math.floor(next() ** 2 * 2000);
    return { size, value: size * (80 + 20 * normal(next)) };
  }),
  'hardly more clusters than are drawn': population(150, (_, next) => ({
    size: 100,
    value: longTailed(next, 100, 1),
  })),
};

describe('ratio estimates of totals', () => {
  for (const [name, clusters] of Object.entries(POPULATIONS)) {
    it(`hold the truth for at least 93 % of all samples: ${name}`, () => {
      for (const rounds of [1, 4]) expect(coverage(clusters, rounds).held).toBeGreaterThanOrEqual(0.93);
    });
  }

  it('get better with more rounds', () => {
    const one = coverage(POPULATIONS['long-tailed rows'], 1);
    const two = coverage(POPULATIONS['long-tailed rows'], 4);
    expect(two.width).toBeLessThan(0.6 * one.width);
  });

  it('are narrow where neighbouring rows are alike but the sample is spread over all of them', () => {
    expect(coverage(POPULATIONS['files of another kind one after another'], 4).width).toBeLessThan(0.13);
  });

  it('are exact where every cluster was drawn', () => {
    const design = { strata: [{ clusters: 2 }, { clusters: 1 }], totalSize: 30 };
    const clusters = [
      { stratum: 0, position: 0, size: 10, counted: 3 },
      { stratum: 0, position: 1, size: 10, counted: 5 },
      { stratum: 1, position: 2, size: 10, counted: 9 },
    ];
    expect(ratioTotal(design, clusters, (value) => value)).toEqual({ value: 17, known: 'exact', low: 17, high: 17 });
  });

  it('never say less than was seen, and nothing where nothing was read', () => {
    const design = { strata: [{ clusters: 4 }], totalSize: 40 };
    const clusters = [
      { stratum: 0, position: 1, size: 10, counted: 0 },
      { stratum: 0, position: 3, size: 10, counted: 100 },
    ];
    expect(ratioTotal(design, clusters, (value) => value).low).toBe(100);
    expect(ratioTotal(design, [], (value: number) => value).known).toBe('unknown');
  });
});
