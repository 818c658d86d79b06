import type { Column } from './columnType.ts';

/** How the files of a dataset are written. */
export type DatasetFormat = 'parquet' | 'arrow' | 'csv' | 'jsonl';

/** How a whole text file is packed; Parquet and Arrow compress inside themselves and say `none`. */
export type FileCompression = 'none' | 'gzip' | 'zstd';

/** One file of a dataset. */
export interface DatasetFile {
  /** Relative to the dataset's root, `/` between parts, the same on any machine; a lone file is its base name. */
  readonly name: string;
  /** Where a ByteSource opens it: an absolute path (later an object's URI). */
  readonly uri: string;
  readonly sizeBytes: number;
  /** Milliseconds since the epoch; with the size the trip-wire for a file that changes while it is read. */
  readonly modifiedMs: number;
  readonly compression: FileCompression;
  /** Values of the hive partition columns (`day=2024-09-09/`), percent-decoded; null for `__HIVE_DEFAULT_PARTITION__`. */
  readonly partition: Readonly<Record<string, string | null>>;
}

/** A table behind a URI: its files in dataset order (sorted by name, byte order) and their merged columns. Plain data: it crosses to workers. */
export interface Dataset {
  readonly uri: string;
  readonly format: DatasetFormat;
  readonly files: readonly DatasetFile[];
  /** Columns in order of first appearance, partition columns last. A file that lacks one gives nulls. */
  readonly columns: readonly Column[];
  readonly partitionColumns: readonly string[];
  /** CSV only. */
  readonly csv?: CsvDialect;
}

/** How a CSV file is written. */
export interface CsvDialect {
  /** One byte: `,` `;` tab or `|`. */
  readonly delimiter: string;
}

/** An independently readable part of a dataset. Fragments, in order, cover every row exactly once. Plain data. */
export interface Fragment {
  /** Index into `Dataset.files`. */
  readonly file: number;
  /** Rows, where metadata says (Parquet, Arrow); null where only reading tells (CSV, JSONL). */
  readonly rows: number | null;
  readonly part: FragmentPart;
}

/** What of its file a fragment is. */
export type FragmentPart =
  /** Rows [fromRow, toRow) of one Parquet row group. */
  | { readonly kind: 'rowGroup'; readonly rowGroup: number; readonly fromRow: number; readonly toRow: number }
  /** Record batches [from, to) of an Arrow file; a stream is one fragment with `to: null`. */
  | { readonly kind: 'recordBatches'; readonly from: number; readonly to: number | null }
  /** The records that begin in bytes [from, to) of a text file; `to: null` is its end. */
  | { readonly kind: 'bytes'; readonly from: number; readonly to: number | null };
