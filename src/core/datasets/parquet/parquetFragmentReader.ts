import type { Kernel } from '../../../kernel/kernel.ts';
import type { TextColumn } from '../../../kernel/textColumn.ts';
import { TrancheError, throwIfAborted } from '../../errors.ts';
import type { ColumnPath } from '../../model/columnType.ts';
import type { Dataset, Fragment } from '../../model/dataset.ts';
import { constantColumn } from '../constantColumn.ts';
import type { FragmentReader, ReadEnv, TextBatch } from '../formatReader.ts';
import { brokenParquet } from './brokenParquet.ts';
import { ChunkPages } from './chunkPages.ts';
import type { KeptChunk } from './columnCursor.ts';
import { FlatBatches } from './flatBatches.ts';
import type { ParquetFile, WantedColumn } from './parquetFile.ts';
import { checkChunk, openParquetFile, wantedColumns } from './parquetFile.ts';

const MAX_BATCH_ROWS = 65_536;
const MAX_OPEN_FILES = 4;

interface OpenFile {
  readonly file: ParquetFile;
  readonly wanted: readonly WantedColumn[];
}

/** Rows [fromRow, toRow) of a row group. */
interface RowRange {
  readonly rowGroup: number;
  readonly fromRow: number;
  readonly toRow: number;
}

/** Reads the fragments of Parquet files for one worker; keeps footers, dictionaries and the pages read last. */
export class ParquetFragmentReader implements FragmentReader {
  readonly #dataset: Dataset;
  readonly #columns: readonly ColumnPath[];
  readonly #kernel: Kernel;
  readonly #env: ReadEnv;
  /** By number in the dataset, the one used last at the end. */
  readonly #files = new Map<number, OpenFile>();
  #chunks = { file: -1, rowGroup: -1, byLeaf: new Map<number, KeptChunk>() };

  constructor(dataset: Dataset, columns: readonly ColumnPath[], kernel: Kernel, env: ReadEnv) {
    this.#dataset = dataset;
    this.#columns = columns;
    this.#kernel = kernel;
    this.#env = env;
  }

  async *batches(fragment: Fragment, signal: AbortSignal): AsyncGenerator<TextBatch> {
    const { part } = fragment;
    if (part.kind !== 'rowGroup') throw new TrancheError('internal', 'A Parquet reader was given another fragment.');
    const { file, wanted } = await this.#file(fragment.file, signal);
    const mark = this.#kernel.mark();
    try {
      yield* this.#rowsOf(file, fragment.file, wanted, part, signal);
    } finally {
      this.#kernel.release(mark);
    }
  }

  async *#rowsOf(
    file: ParquetFile,
    index: number,
    wanted: readonly WantedColumn[],
    range: RowRange,
    signal: AbortSignal,
  ): AsyncGenerator<TextBatch> {
    const kernel = this.#kernel;
    const rows = range.toRow - range.fromRow;
    const constants = wanted.map((column) =>
      column.kind === 'constant' ? constantColumn(kernel, Math.min(rows, MAX_BATCH_ROWS), column.text) : null,
    );
    const flat = new FlatBatches(
      kernel,
      this.#env.codecs,
      file,
      this.#keptChunks(file, index, wanted, range.rowGroup),
      range,
    );
    await flat.open(signal);
    for (let left = rows; left > 0;) {
      throwIfAborted(signal);
      const mark = kernel.mark();
      const batch = await flat.next(Math.min(left, MAX_BATCH_ROWS), signal);
      yield inOrder(wanted, constants, batch);
      kernel.release(mark);
      left -= batch.rows;
    }
  }

  #keptChunks(file: ParquetFile, index: number, wanted: readonly WantedColumn[], rowGroup: number): KeptChunk[] {
    if (this.#chunks.file !== index || this.#chunks.rowGroup !== rowGroup)
      this.#chunks = { file: index, rowGroup, byLeaf: new Map() };
    const { byLeaf } = this.#chunks;
    return wanted.flatMap((column) => {
      if (column.kind !== 'flat') return [];
      const { leaf } = column;
      const kept = byLeaf.get(leaf.index) ?? openChunk(file, rowGroup, column);
      byLeaf.set(leaf.index, kept);
      return [kept];
    });
  }

  async #file(index: number, signal: AbortSignal): Promise<OpenFile> {
    const known = this.#files.get(index);
    const described = this.#dataset.files[index];
    if (described === undefined) throw new TrancheError('internal', `The dataset has no file ${index}.`);
    const open = known ?? (await this.#open(index, signal));
    this.#files.delete(index);
    this.#files.set(index, open);
    for (const [oldest, { file }] of this.#files) {
      if (this.#files.size <= MAX_OPEN_FILES) break;
      this.#files.delete(oldest);
      await file.source.close();
    }
    return open;
  }

  async #open(index: number, signal: AbortSignal): Promise<OpenFile> {
    const described = this.#dataset.files[index];
    if (described === undefined) throw new TrancheError('internal', `The dataset has no file ${index}.`);
    const file = await openParquetFile(described, this.#env, signal);
    try {
      return { file, wanted: wantedColumns(this.#dataset, described, file.root, this.#columns) };
    } catch (error) {
      await file.source.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const open = [...this.#files.values()];
    this.#files.clear();
    this.#chunks = { file: -1, rowGroup: -1, byLeaf: new Map() };
    for (const { file } of open) await file.source.close();
  }
}

function openChunk(file: ParquetFile, rowGroup: number, { leaf }: WantedColumn & { kind: 'flat' }): KeptChunk {
  checkChunk(file, rowGroup, leaf.index, leaf.name);
  const group = file.footer.metadata.row_groups[rowGroup];
  const chunk = group?.columns[leaf.index];
  try {
    if (group === undefined || chunk?.meta_data === undefined) throw new Error('it is missing');
    if (chunk.meta_data.type !== leaf.physical) throw new Error('its type is not that of the schema');
    const pages = new ChunkPages(file.source, chunk, Number(group.num_rows), file.footer.footerAt);
    return { pages, leaf, codec: chunk.meta_data.codec, dictionary: undefined, last: null };
  } catch (error) {
    throw brokenParquet({ file: file.source.name, column: leaf.name, rowGroup }, error);
  }
}

function inOrder(
  wanted: readonly WantedColumn[],
  constants: readonly (TextColumn | null)[],
  batch: { readonly rows: number; readonly texts: readonly { text: TextColumn; arrowBytes: number }[] },
): TextBatch {
  const columns: TextColumn[] = [];
  const arrowBytes: number[] = [];
  let next = 0;
  for (const constant of constants) {
    const read = constant === null ? batch.texts[next++] : undefined;
    const text = constant ?? read?.text;
    if (text === undefined) throw new TrancheError('internal', `A batch lacks one of ${wanted.length} columns.`);
    columns.push(constant === null ? text : cutConstant(text, batch.rows));
    arrowBytes.push(read?.arrowBytes ?? 0);
  }
  return { rows: batch.rows, columns, arrowBytes };
}

function cutConstant(text: TextColumn, rows: number): TextColumn {
  return { ...text, nulls: text.nulls > 0 ? rows : 0 };
}
