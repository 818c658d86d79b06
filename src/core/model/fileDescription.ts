import type { Column } from './columnType.ts';
import type { CsvDialect } from './dataset.ts';

/** What one file says of itself without its rows being read (text formats read a first block). */
export interface FileDescription {
  readonly columns: readonly Column[];
  /** Null where only reading tells. */
  readonly rows: number | null;
  /** Parquet and Arrow: by column name, from metadata. */
  readonly columnFacts: ReadonlyMap<string, ColumnFacts>;
  /** Only the beginning told its columns, and what follows may have more. */
  readonly moreColumns?: boolean;
  readonly csv?: CsvDialect;
  /** Sentences for people, without the file's name, about what was decided for them. */
  readonly notices?: readonly string[];
  /** Bytes [from, to) that stand for the content in the snapshot: the footer of Parquet and Arrow files, all of the others. */
  readonly identity: { readonly from: number; readonly to: number };
}

/** Facts from metadata; null where it does not say. */
export interface ColumnFacts {
  readonly diskBytes: number | null;
  /** Bytes once unpacked but still encoded (Parquet's total_uncompressed_size). */
  readonly encodedBytes: number | null;
  readonly nulls: number | null;
  /** Exact bytes of text values (Parquet size_statistics). */
  readonly textBytes: number | null;
  /** Any chunk of the column is dictionary-encoded: encodedBytes says little of its size in memory. */
  readonly dictionary: boolean;
}
