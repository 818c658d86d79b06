import type { ColumnPath } from '../model/columnType.ts';
import type { Dataset } from '../model/dataset.ts';
import type { RowProfile } from './rowTally.ts';

/** What a worker needs to know to weigh columns. Plain data. */
export interface ProfileSetup {
  readonly dataset: Dataset;
  /** Top-level columns, or fields inside them. */
  readonly columns: readonly ColumnPath[];
  /** Values of each column whose tokens are counted, of each output: a random sample of so many, or all of them. */
  readonly countedTexts: number | 'all';
  /** Whether rows are weighed as well: the texts of all `columns` together. */
  readonly weighsRows: boolean;
  /** 32 bits: the same seed draws the same sample. */
  readonly seed: number;
}

/**
 * Sums over counted texts: their number, UTF-8 bytes (b), tokens in o200k_base (t) and what their characters take in a Python str (p), and the
 * products from which the scatter of tokens and Python bytes around a ratio to the bytes follows. A long text is counted as its beginning.
 */
export interface CountedSums {
  readonly texts: number;
  readonly bytes: number;
  readonly tokens: number;
  readonly python: number;
  readonly bb: number;
  readonly bt: number;
  readonly tt: number;
  readonly bp: number;
  readonly pp: number;
  /** Texts that spell a number, true or false; and those that look like a JSON object or list. */
  readonly scalars: number;
  readonly nested: number;
}

/** What one column of some consecutive rows weighs. Sums add up. */
export interface ColumnProfile {
  readonly nulls: number;
  /** The column's own Arrow buffers, unpadded. */
  readonly arrowBytes: number;
  /** UTF-8 bytes of its text. */
  readonly textBytes: number;
  /** The same, escaped for JSON. */
  readonly renderedBytes: number;
  readonly maxTextBytes: number;
  /** Values by text size: bucket k of `sizeBuckets`. */
  readonly sizes: Uint32Array;
  readonly counted: CountedSums;
}

/** What some consecutive rows of a fragment weigh, columns in the order asked for, and the bytes that were read for them. A large fragment gives several. */
export interface FragmentProfile {
  readonly rows: number;
  readonly readBytes: number;
  readonly columns: readonly ColumnProfile[];
  /** Rows by the bytes of all their texts, where they are weighed; `row` counts within this output. */
  readonly rowSizes: RowProfile | null;
}
