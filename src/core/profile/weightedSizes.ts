import { addSizes } from './columnSums.ts';
import type { SampleDesign, SampledCluster } from './ratioEstimate.ts';

/** Values by size: how many there are, the largest, and the buckets of `sizeBuckets` up to the last that holds any. */
export interface Sized {
  readonly values: number;
  readonly max: number;
  readonly sizes: Float64Array;
}

/** Sizes of sampled clusters, each standing for as many as its stratum has for one that was drawn; `max` is the largest seen. */
export function weightedSizes(
  design: SampleDesign,
  clusters: readonly SampledCluster<Sized>[],
): { readonly sizes: Float64Array; readonly max: number } {
  const drawn = new Map<number, number>();
  for (const { stratum } of clusters) drawn.set(stratum, (drawn.get(stratum) ?? 0) + 1);
  let sizes: Float64Array = new Float64Array(0);
  let max = 0;
  for (const { stratum, counted } of clusters) {
    const weight = (design.strata[stratum]?.clusters ?? 0) / (drawn.get(stratum) ?? 1);
    sizes = addSizes(sizes, counted.sizes, weight);
    max = Math.max(max, counted.max);
  }
  return { sizes, max };
}
