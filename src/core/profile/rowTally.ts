import { emptySizes, sizeBucket } from './sizeBuckets.ts';

/** One of the largest rows of some consecutive ones; `row` counts from the first of them. */
export interface HeavyRow {
  readonly row: number;
  readonly bytes: number;
}

/** Sizes of some consecutive rows. Plain data. */
export interface RowProfile {
  /** Rows that were counted. */
  readonly values: number;
  /** Rows by size: bucket k of `sizeBuckets`. */
  readonly sizes: Uint32Array;
  /** Largest first, of equal ones the first in the dataset; at most `MOST_HEAVY`. */
  readonly largest: readonly HeavyRow[];
}

/** Counts rows by size and keeps the largest. */
export interface RowTally {
  /** Adds the next rows, in bytes each. */
  readonly add: (bytes: Uint32Array) => void;
  readonly end: () => RowProfile;
}

/** So many of the largest rows are kept. */
export const MOST_HEAVY = 10;

/** The largest of rows that are in dataset order: largest first, of equal ones the first. */
export function heaviest<R extends { readonly bytes: number }>(rows: readonly R[]): R[] {
  return rows.toSorted((a, b) => b.bytes - a.bytes).slice(0, MOST_HEAVY);
}

/** Opens a tally. Rows of less than `least` bytes are passed over: a row without a line has 0. */
export function openRowTally(least: 0 | 1): RowTally {
  const sizes = emptySizes();
  let largest: HeavyRow[] = [];
  let tooSmall = -1;
  let firstRow = 0;
  let values = 0;
  const keep = (row: HeavyRow): void => {
    largest = heaviest([...largest, row]);
    if (largest.length === MOST_HEAVY) tooSmall = largest.at(-1)?.bytes ?? tooSmall;
  };
  return {
    add: (all) => {
      for (let row = 0; row < all.length; row++) {
        const bytes = all[row] ?? 0;
        if (bytes < least) continue;
        const bucket = sizeBucket(bytes);
        sizes[bucket] = (sizes[bucket] ?? 0) + 1;
        values++;
        if (bytes > tooSmall) keep({ row: firstRow + row, bytes });
      }
      firstRow += all.length;
    },
    end: () => ({ values, sizes, largest }),
  };
}
