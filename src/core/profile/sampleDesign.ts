import { openRandom } from './random.ts';
import type { SampleDesign } from './ratioEstimate.ts';

/** Consecutive clusters of the dataset, such as those of one row group or file. */
export interface ClusterRun {
  readonly clusters: number;
}

/** A cluster that was drawn: the run it lies in, its number there, its stratum, and the round in which it is read (0, 1, ...). */
export interface DrawnCluster {
  /** Its number in dataset order. */
  readonly position: number;
  readonly run: number;
  readonly index: number;
  readonly stratum: number;
  readonly round: number;
}

const STRATA = 32;
/** Each round reads one more cluster of each stratum. */
const ROUNDS = 4;

function within(random: () => number, from: number, to: number, count: number): number[] {
  const chosen = new Set<number>();
  while (chosen.size < Math.min(count, to - from)) chosen.add(from + Math.floor(random() * (to - from)));
  return [...chosen];
}

/** Where cluster number `cluster` of all lies. */
function placeOf(starts: readonly number[], cluster: number): { run: number; index: number } {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= cluster) low = middle;
    else high = middle - 1;
  }
  return { run: low, index: cluster - (starts[low] ?? 0) };
}

/**
 * Draws clusters spread over the whole dataset: it is cut, in its order, into strata of about as many clusters each, and from each some are drawn at random.
 * What was drawn is in the order of the dataset, and the same for the same seed; all rounds up to any one are a sample by themselves.
 */
export function drawClusters(
  runs: readonly ClusterRun[],
  seed: number,
): { readonly strata: SampleDesign['strata']; readonly drawn: readonly DrawnCluster[] } {
  const starts: number[] = [];
  let total = 0;
  for (const { clusters } of runs) {
    starts.push(total);
    total += clusters;
  }
  const count = Math.max(1, Math.min(STRATA, total));
  const edge = (stratum: number): number => Math.floor((total * stratum) / count);
  const random = openRandom(seed);
  const strata = Array.from({ length: count }, (_, index) => ({ clusters: edge(index + 1) - edge(index) }));
  const drawn = strata.flatMap((_, stratum) =>
    within(random, edge(stratum), edge(stratum + 1), ROUNDS).map((cluster, order) => ({
      cluster,
      stratum,
      round: order,
    })),
  );
  return {
    strata,
    drawn: drawn
      .toSorted((a, b) => a.cluster - b.cluster)
      .map(({ cluster, stratum, round }) => ({ ...placeOf(starts, cluster), position: cluster, stratum, round })),
  };
}

/** 32 bits of the files' names and sizes: the same on any machine, known before anything is read. */
export function datasetSeed(files: readonly { readonly name: string; readonly sizeBytes: number }[]): number {
  let seed = 0x811c9dc5;
  for (const { name, sizeBytes } of files)
    for (const char of `${name}\n${sizeBytes}\n`) seed = Math.imul(seed ^ (char.codePointAt(0) ?? 0), 0x01000193);
  return seed >>> 0;
}
