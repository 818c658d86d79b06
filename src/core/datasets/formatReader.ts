import type { Kernel } from '../../kernel/kernel.ts';
import type { TextColumn } from '../../kernel/textColumn.ts';
import type { ColumnPath } from '../model/columnType.ts';
import type { Dataset, DatasetFile, Fragment } from '../model/dataset.ts';
import type { FileDescription } from '../model/fileDescription.ts';
import type { ByteSource, Codecs, FileStore } from '../ports.ts';

/** What the readers need from outside. */
export interface ReadEnv {
  readonly files: FileStore;
  readonly codecs: Codecs;
  /** The WebAssembly of parquet-wasm, asked for only when nested or rare columns are read. */
  readonly loadParquetWasm?: () => Promise<Uint8Array>;
}

/**
 * Rows [0, rows) of some columns, in the order asked for, as text in the kernel's memory (Arrow's Utf8 layout).
 * Valid until the next batch is asked for. Batches hold at most 65,536 rows and about 4 MB of text (a single larger value stands alone).
 */
export interface TextBatch {
  readonly rows: number;
  readonly columns: readonly TextColumn[];
  /** Bytes of the columns' own Arrow buffers (not of their text): values, offsets, and a validity bitmap where there are nulls; unpadded. */
  readonly arrowBytes: readonly number[];
}

/** One format. Every error about content is `badData` and names the file, and the row where there is one. */
export interface FormatReader {
  describe: (source: ByteSource, file: DatasetFile, env: ReadEnv, signal: AbortSignal) => Promise<FileDescription>;
  /** Fragments of one file in order; reads metadata only. `columns` says what will be read, so that parts can be of even weight. */
  fragments: (
    dataset: Dataset,
    file: number,
    columns: readonly ColumnPath[],
    env: ReadEnv,
    signal: AbortSignal,
  ) => Promise<Fragment[]>;
  /** Opens a reader a worker keeps for all its fragments: it may cache open sources, footers, dictionaries. */
  open: (dataset: Dataset, columns: readonly ColumnPath[], kernel: Kernel, env: ReadEnv) => FragmentReader;
}

/** Reads fragments of one dataset, of some of its columns. */
export interface FragmentReader {
  /** The fragment's rows in order. Partition columns come as constants, columns the file lacks as nulls. */
  batches: (fragment: Fragment, signal: AbortSignal) => AsyncGenerator<TextBatch>;
  close: () => Promise<void>;
}
