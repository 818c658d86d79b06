import type { Kernel } from '../../../kernel/kernel.ts';
import type { TextColumn } from '../../../kernel/textColumn.ts';
import { TrancheError, isTrancheError, throwIfAborted } from '../../errors.ts';
import type { ColumnPath } from '../../model/columnType.ts';
import type { Dataset, Fragment } from '../../model/dataset.ts';
import { constantColumn } from '../constantColumn.ts';
import type { FragmentReader, ReadEnv, TextBatch } from '../formatReader.ts';
import { brokenParquet } from './brokenParquet.ts';
import { ChunkPages } from './chunkPages.ts';
import type { KeptChunk } from './columnCursor.ts';
import { closeChunk } from './columnCursor.ts';
import { FlatBatches } from './flatBatches.ts';
import type { LeafText } from './leafText.ts';
import { NestedRows } from './nestedRows.ts';
import type { ParquetFile, WantedColumn } from './parquetFile.ts';
import { checkChunk, openParquetFile, wantedColumns } from './parquetFile.ts';
import { openParquetWasm } from './parquetWasm.ts';
import type { StreamLimits } from './streamedPage.ts';

const MAX_BATCH_ROWS = 65_536;
const MAX_OPEN_FILES = 4;
const STREAM_LIMITS: StreamLimits = { pageBytes: 2 << 20, pieceBytes: 512 << 10 };

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
  readonly #limits: StreamLimits;
  /** By number in the dataset, the one used last at the end. */
  readonly #files = new Map<number, OpenFile>();
  #chunks = { file: -1, rowGroup: -1, byLeaf: new Map<number, KeptChunk>() };

  constructor(
    dataset: Dataset,
    columns: readonly ColumnPath[],
    kernel: Kernel,
    env: ReadEnv,
    limits: StreamLimits = STREAM_LIMITS,
  ) {
    this.#dataset = dataset;
    this.#columns = columns;
    this.#kernel = kernel;
    this.#env = env;
    this.#limits = limits;
  }

  async *batches(fragment: Fragment, signal: AbortSignal): AsyncGenerator<TextBatch> {
    const { part } = fragment;
    if (part.kind !== 'rowGroup') throw new TrancheError('internal', 'A Parquet reader was given another fragment.');
    const { file, wanted } = await this.#file(fragment.file, signal);
    const mark = this.#kernel.mark();
    try {
      yield* this.#rowsOf(file, fragment.file, wanted, part, signal);
      await file.source.verifyUnchanged();
    } catch (error) {
      // A file that was replaced meanwhile explains anything else.
      if (isTrancheError(error, 'badData')) await file.source.verifyUnchanged();
      throw error;
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
    const constants = constantsOf(kernel, wanted, Math.min(rows, MAX_BATCH_ROWS));
    const chunks = await this.#keptChunks(file, index, wanted, range.rowGroup);
    const flat = new FlatBatches(kernel, this.#env.codecs, file, chunks, range, this.#limits);
    let isSound = false;
    try {
      await flat.open(signal);
      const nested = await this.#nested(file, wanted, range);
      for (let left = rows; left > 0;) {
        throwIfAborted(signal);
        const mark = kernel.mark();
        const most = Math.min(left, MAX_BATCH_ROWS, (await nested?.available(signal)) ?? left);
        const batch = await flat.next(most, signal);
        if (batch.rows === 0) throw new TrancheError('badData', `${file.source.name} holds fewer rows than it says.`);
        yield inOrder(wanted, constants, batch.rows, batch.texts, nested?.take(batch.rows) ?? []);
        kernel.release(mark);
        left -= batch.rows;
      }
      isSound = true;
    } finally {
      await flat.close(isSound);
    }
  }

  async #nested(file: ParquetFile, wanted: readonly WantedColumn[], range: RowRange): Promise<NestedRows | null> {
    const nodes = wanted.flatMap((column) => (column.kind === 'nested' ? [column.node] : []));
    if (nodes.length === 0) return null;
    return new NestedRows(this.#kernel, file, nodes, range, await openParquetWasm(this.#env));
  }

  async #keptChunks(
    file: ParquetFile,
    index: number,
    wanted: readonly WantedColumn[],
    rowGroup: number,
  ): Promise<KeptChunk[]> {
    if (this.#chunks.file !== index || this.#chunks.rowGroup !== rowGroup)
      await this.#forget({ file: index, rowGroup });
    const { byLeaf } = this.#chunks;
    return wanted.flatMap((column) => {
      if (column.kind !== 'flat') return [];
      const { leaf } = column;
      const kept = byLeaf.get(leaf.index) ?? openChunk(file, rowGroup, column);
      byLeaf.set(leaf.index, kept);
      return [kept];
    });
  }

  async #forget(next: { file: number; rowGroup: number }): Promise<void> {
    const chunks = [...this.#chunks.byLeaf.values()];
    this.#chunks = { ...next, byLeaf: new Map() };
    for (const chunk of chunks) await closeChunk(chunk);
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
    await this.#forget({ file: -1, rowGroup: -1 });
    for (const { file } of open) await file.source.close();
  }
}

/** The columns that say one thing in every row; all those of nulls are one. */
function constantsOf(kernel: Kernel, wanted: readonly WantedColumn[], rows: number): (TextColumn | null)[] {
  let nulls: TextColumn | undefined;
  return wanted.map((column) => {
    if (column.kind !== 'constant') return null;
    return column.text === null
      ? (nulls ??= constantColumn(kernel, rows, null))
      : constantColumn(kernel, rows, column.text);
  });
}

function openChunk(file: ParquetFile, rowGroup: number, { leaf }: WantedColumn & { kind: 'flat' }): KeptChunk {
  checkChunk(file, rowGroup, leaf.index, leaf.name);
  const group = file.footer.metadata.row_groups[rowGroup];
  const chunk = group?.columns[leaf.index];
  try {
    if (group === undefined || chunk?.meta_data === undefined) throw new Error('it is missing');
    if (chunk.meta_data.type !== leaf.physical) throw new Error('its type is not that of the schema');
    const pages = new ChunkPages(file.source, chunk, Number(group.num_rows), file.footer.footerAt);
    return { pages, leaf, codec: chunk.meta_data.codec, dictionary: undefined, last: null, live: null };
  } catch (error) {
    throw brokenParquet({ file: file.source.name, column: leaf.name, rowGroup }, error);
  }
}

/** Puts columns of three origins into the order asked for. */
function inOrder(
  wanted: readonly WantedColumn[],
  constants: readonly (TextColumn | null)[],
  rows: number,
  flat: readonly LeafText[],
  nested: readonly LeafText[],
): TextBatch {
  const nextOf = { flat: flat[Symbol.iterator](), nested: nested[Symbol.iterator]() };
  const columns: TextColumn[] = [];
  const arrowBytes: number[] = [];
  for (const [i, { kind }] of wanted.entries()) {
    const constant = constants[i];
    const read = kind === 'constant' ? undefined : nextOf[kind].next().value;
    const text = read?.text ?? (constant ? cutConstant(constant, rows) : undefined);
    if (text === undefined) throw new TrancheError('internal', `A batch lacks one of ${wanted.length} columns.`);
    columns.push(text);
    arrowBytes.push(read?.arrowBytes ?? 0);
  }
  return { rows, columns, arrowBytes };
}

function cutConstant(text: TextColumn, rows: number): TextColumn {
  return { ...text, nulls: text.nulls > 0 ? rows : 0 };
}
