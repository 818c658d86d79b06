import { estimated, exactly, unknownFigure, type Figure } from '../model/figure.ts';
import type { TextSizes } from './columnFigures.ts';
import { ratioEstimate, reach, type SampleDesign, type SampledCluster } from './ratioEstimate.ts';
import { bucketRange } from './sizeBuckets.ts';
import { weightedSizes, type Sized } from './weightedSizes.ts';

/** The bucket where the share of all values is reached. */
function bucketAt(sizes: Float64Array, total: number, share: number): number {
  const rank = Math.max(Number.MIN_VALUE, Math.min(1, share) * total);
  let seen = 0;
  let last = 0;
  for (const [bucket, count] of sizes.entries()) {
    if (count === 0) continue;
    seen += count;
    last = bucket;
    if (seen >= rank * (1 - 1e-12)) return bucket;
  }
  return last;
}

/** The size at a share of all values: somewhere in a bucket, or in those from one share to another. */
function sizeAt(
  sizes: Float64Array,
  shares: readonly [number, number, number],
  max: number,
  isSample: boolean,
): Figure {
  const total = sizes.reduce((sum, count) => sum + count, 0);
  if (total === 0) return unknownFigure();
  const [low, middle, high] = shares.map((share) => bucketRange(bucketAt(sizes, total, share)));
  if (low === undefined || middle === undefined || high === undefined) return unknownFigure();
  const most = isSample ? high.to - 1 : Math.min(high.to - 1, max);
  if (!isSample && low.from === most) return exactly(most);
  return estimated(Math.min(max, Math.round((middle.from + middle.to - 1) / 2)), low.from, most);
}

/** Sizes of values that were all read: the largest exactly, the shares as exactly as their buckets are. */
export function wholeTextSizes({ sizes, max, values }: Sized): TextSizes {
  const at = (share: number): Figure => sizeAt(sizes, [share, share, share], max, false);
  const largest = values === 0 ? unknownFigure() : exactly(max);
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: largest };
}

/**
 * Sizes from sampled clusters: the interval of a share is carried over to the sizes (Woodruff's method). The largest is at least what was seen and
 * at most `bound`.
 */
export function sampledTextSizes(
  design: SampleDesign,
  clusters: readonly SampledCluster<Sized>[],
  bound: number,
): TextSizes {
  const { sizes, max } = weightedSizes(design, clusters);
  const total = sizes.reduce((sum, count) => sum + count, 0);
  const at = (share: number): Figure => {
    const bucket = bucketAt(sizes, total, share);
    const bySize = clusters.map((cluster) => ({ ...cluster, size: cluster.counted.values }));
    const below = (sums: Sized): number => sums.sizes.subarray(0, bucket + 1).reduce((sum, count) => sum + count, 0);
    const estimate = ratioEstimate({ ...design, totalSize: 1 }, bySize, below);
    if (estimate === null) return unknownFigure();
    const { down, up } = reach(estimate);
    const [low, high] = [share - up * estimate.error, share + down * estimate.error];
    return sizeAt(sizes, [Math.max(0, low), share, high], max, true);
  };
  const largest = total === 0 ? unknownFigure() : estimated(max, max, Math.max(max, Math.floor(bound)));
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: largest };
}
