import type { ColumnPath } from '../model/columnType.ts';
import type { Dataset } from '../model/dataset.ts';

/** What a worker needs to know to weigh columns. Plain data. */
export interface ProfileSetup {
  readonly dataset: Dataset;
  /** Top-level columns, each as a path of one name. */
  readonly columns: readonly ColumnPath[];
  /** Texts kept of each column of a fragment, for counting tokens; 0 keeps none. */
  readonly keptTexts: number;
}

/** What one column of one fragment weighs. Sums add up over fragments. */
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
  readonly texts: readonly string[];
}

/** What one fragment weighs; columns in the order asked for. */
export interface FragmentProfile {
  readonly rows: number;
  readonly columns: readonly ColumnProfile[];
}
