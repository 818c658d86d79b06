import type { Figure } from '../model/figure.ts';
import { addSizes, trimmedSizes } from './columnSums.ts';
import type { TextSizes } from './columnFigures.ts';
import type { SampleDesign, SampledCluster } from './ratioEstimate.ts';
import { heaviest, type HeavyRow, type RowProfile } from './rowTally.ts';
import { sampledHistogram, wholeHistogram, type SizeHistogram } from './sizeHistogram.ts';
import { sampledTextSizes, wholeTextSizes } from './textSizes.ts';
import type { Sized } from './weightedSizes.ts';

/** One of the rows that weigh most, among those that were read. */
export interface LargestRow {
  /** Texts of the key columns with a job, else null. */
  readonly key: readonly string[] | null;
  /** The file it lies in, relative to the dataset, and its row there, from 0; null where only the order in the dataset is known. */
  readonly file: string;
  readonly row: number | null;
  readonly bytes: number;
}

/** Bytes of a row: its batch line with a job, else the texts of all its columns. */
export interface RowSizes extends SizeHistogram, TextSizes {}

/** How large rows are, and which are the largest. */
export interface RowFigures {
  readonly sizes: RowSizes;
  readonly largest: readonly LargestRow[];
}

/** Sizes of rows, and the largest of them. Sums add up. */
export interface RowSums<R extends { readonly bytes: number } = HeavyRow> extends Sized {
  readonly largest: readonly R[];
}

/** No rows. */
export function emptyRows<R extends { readonly bytes: number }>(): RowSums<R> {
  return { values: 0, max: 0, sizes: new Float64Array(0), largest: [] };
}

/** The sums of one tally; `place` says more of a large row than its number. */
export function rowSumsOf<R extends { readonly bytes: number }>(
  { values, sizes, largest }: RowProfile,
  place: (row: HeavyRow) => R,
): RowSums<R> {
  return { values, max: largest[0]?.bytes ?? 0, sizes: trimmedSizes(sizes), largest: largest.map(place) };
}

/** Both together, `b` behind `a` in the dataset. */
export function addRows<R extends { readonly bytes: number }>(a: RowSums<R>, b: RowSums<R>): RowSums<R> {
  return {
    values: a.values + b.values,
    max: Math.max(a.max, b.max),
    sizes: addSizes(a.sizes, b.sizes),
    largest: heaviest([...a.largest, ...b.largest]),
  };
}

/** Rows that were all read. */
export function wholeRows(sums: RowSums<LargestRow>): RowFigures {
  return { sizes: { ...wholeHistogram(sums), ...wholeTextSizes(sums) }, largest: sums.largest };
}

/** Sampled rows, of `total` in all; none has more than `bound` bytes. */
export function sampledRows(
  design: SampleDesign,
  clusters: readonly SampledCluster<RowSums<LargestRow>>[],
  total: Figure,
  bound: number,
): RowFigures {
  const ordered = clusters.toSorted((a, b) => a.position - b.position);
  const histogram = sampledHistogram(design, ordered, total.value);
  return {
    sizes: { ...histogram, ...sampledTextSizes(design, ordered, bound) },
    largest: heaviest(ordered.flatMap(({ counted }) => counted.largest)),
  };
}
