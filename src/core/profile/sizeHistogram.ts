import type { SampleDesign, SampledCluster } from './ratioEstimate.ts';
import { bucketRange } from './sizeBuckets.ts';
import { weightedSizes, type Sized } from './weightedSizes.ts';

/** How many values have which size: buckets of rising size, each [from, to) in bytes; empty ones at both ends are left out. */
export interface SizeHistogram {
  readonly buckets: readonly { readonly from: number; readonly to: number; readonly count: number }[];
  /** `estimate`: scaled up from a sample. */
  readonly known: 'exact' | 'estimate';
}

/** More buckets are joined to wider ones: up to a bucket a doubling, which is 30 for sizes of all kinds. */
const MOST_BUCKETS = 40;

/** Joins as many neighbouring buckets of `sizeBuckets` as it takes; the same sizes always lie in the same bucket of one width. */
function joinBuckets(sizes: Float64Array): SizeHistogram['buckets'] {
  const first = sizes.findIndex((count) => count > 0);
  const last = sizes.findLastIndex((count) => count > 0);
  if (first < 0) return [];
  let width = 1;
  while (Math.floor(last / width) - Math.floor(first / width) >= MOST_BUCKETS) width *= 2;
  const numbers = Array.from(
    { length: Math.floor(last / width) - Math.floor(first / width) + 1 },
    (_, index) => Math.floor(first / width) + index,
  );
  return numbers.map((number) => ({
    from: bucketRange(number * width).from,
    to: bucketRange((number + 1) * width - 1).to,
    count: sizes.subarray(number * width, (number + 1) * width).reduce((sum, count) => sum + count, 0),
  }));
}

/** Sizes of values that were all read. */
export function wholeHistogram({ sizes }: Sized): SizeHistogram {
  return { buckets: joinBuckets(sizes), known: 'exact' };
}

/** Sizes of sampled values, scaled up to the `total` number of values; a size that was seen has a count of one at least. */
export function sampledHistogram(
  design: SampleDesign,
  clusters: readonly SampledCluster<Sized>[],
  total: number,
): SizeHistogram {
  const { sizes } = weightedSizes(design, clusters);
  const times = total / sizes.reduce((sum, count) => sum + count, 0);
  const buckets = joinBuckets(sizes).map(({ from, to, count }) => ({
    from,
    to,
    count: count === 0 ? 0 : Math.max(1, Math.round(times * count)),
  }));
  return { buckets, known: 'estimate' };
}
