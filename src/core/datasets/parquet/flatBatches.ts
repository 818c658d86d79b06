import type { Kernel } from '../../../kernel/kernel.ts';
import type { Codecs } from '../../ports.ts';
import { brokenParquet } from './brokenParquet.ts';
import type { KeptChunk } from './columnCursor.ts';
import { ColumnCursor } from './columnCursor.ts';
import { DenseColumn } from './denseRows.ts';
import type { LeafText } from './leafText.ts';
import { leafText } from './leafText.ts';
import type { ParquetFile } from './parquetFile.ts';
import type { StreamLimits } from './streamedPage.ts';

const BATCH_BYTES = 4 << 20;
/** All columns together may have twice that for once, when rows suddenly grow; each at least the smaller figure. */
const HARD_BYTES = 8 << 20;
const LEAST_COLUMN_BYTES = 256 << 10;
const MAX_AHEAD_BYTES = 4 << 20;
const LEAST_AHEAD_BYTES = 64 << 10;
/** All columns together read so much ahead. */
const AHEAD_BYTES = 32 << 20;

interface ReadColumn {
  readonly cursor: ColumnCursor;
  /** Bytes a row is expected to take, `leastRowBytes` at least (values of fixed width take it even where they are null). */
  rowBytes: number;
  readonly leastRowBytes: number;
}

/** Some flat columns of a row group, advancing together. */
export class FlatBatches {
  readonly #kernel: Kernel;
  readonly #file: ParquetFile;
  readonly #rowGroup: number;
  readonly #fromRow: number;
  readonly #columns: ReadColumn[];

  constructor(
    kernel: Kernel,
    codecs: Codecs,
    file: ParquetFile,
    chunks: readonly KeptChunk[],
    range: { readonly rowGroup: number; readonly fromRow: number; readonly toRow: number },
    limits: StreamLimits,
  ) {
    this.#kernel = kernel;
    this.#file = file;
    this.#rowGroup = range.rowGroup;
    this.#fromRow = range.fromRow;
    const group = file.footer.metadata.row_groups[range.rowGroup];
    const rows = Math.max(1, Number(group?.num_rows ?? 1));
    this.#columns = chunks.map((chunk) => {
      const meta = group?.columns[chunk.leaf.index]?.meta_data;
      const packed = (Number(meta?.total_compressed_size ?? 0) / rows) * (range.toRow - range.fromRow) * 1.25;
      const most = Math.min(MAX_AHEAD_BYTES, AHEAD_BYTES / chunks.length);
      const ahead = Math.ceil(Math.max(LEAST_AHEAD_BYTES, Math.min(packed, most)));
      const { width } = chunk.leaf.layout;
      const rowBytes = width > 0 ? 1.5 * width + 16 : Number(meta?.total_uncompressed_size ?? 0) / rows + 1;
      return { cursor: new ColumnCursor(kernel, codecs, chunk, ahead, limits), rowBytes, leastRowBytes: width + 1 };
    });
  }

  /** Goes to the first row. */
  async open(signal: AbortSignal): Promise<void> {
    for (const { cursor } of this.#columns) await this.#naming(cursor, () => cursor.seek(this.#fromRow, signal));
  }

  /** Ends the reading, at any time; `isSound` if the last row was reached. */
  async close(isSound: boolean): Promise<void> {
    for (const { cursor } of this.#columns) await cursor.close(isSound);
  }

  async #naming<T>(cursor: ColumnCursor, work: () => T | Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const place = { file: this.#file.source.name, column: cursor.leaf.name, rowGroup: this.#rowGroup };
      throw brokenParquet(place, error);
    }
  }

  /** The next rows, at most `most`, of all columns; the caller marks and releases the kernel. */
  async next(most: number, signal: AbortSignal): Promise<{ rows: number; texts: LeafText[] }> {
    const perRow = this.#columns.reduce((sum, { rowBytes }) => sum + rowBytes, 0);
    let rows = Math.max(1, Math.min(most, Math.floor(BATCH_BYTES / Math.max(1, perRow))));
    const gathered = new Map<ReadColumn, DenseColumn>();
    // The heaviest decides how many rows fit; the others then stop there.
    for (const column of this.#columns.toSorted((a, b) => b.rowBytes - a.rowBytes)) {
      const { cursor } = column;
      const dense = await this.#naming(cursor, async () => {
        const limit = Math.max(LEAST_COLUMN_BYTES, HARD_BYTES / this.#columns.length);
        const room = Math.min(limit, Math.ceil(rows * column.rowBytes * 1.25) + 1024);
        const into = new DenseColumn(this.#kernel, cursor.leaf, rows, room, limit);
        await cursor.gather(into, rows, signal);
        return into;
      });
      gathered.set(column, dense);
      rows = dense.rows;
    }
    const texts: LeafText[] = [];
    for (const column of this.#columns) {
      const dense = gathered.get(column);
      if (dense !== undefined) texts.push(await this.#naming(column.cursor, () => this.#finish(column, dense, rows)));
    }
    return { rows: this.#columns.length === 0 ? most : rows, texts };
  }

  #finish(column: ReadColumn, dense: DenseColumn, rows: number): LeafText {
    const { cursor } = column;
    const all = dense.gathered;
    cursor.giveBack(all, rows);
    const done = leafText(this.#kernel, cursor.leaf, all, rows);
    const { offsets } = done.text;
    const ends = this.#kernel.ints(offsets, rows + 1);
    const textBytes = (ends[rows] ?? 0) - (ends[0] ?? 0);
    column.rowBytes = Math.max(column.leastRowBytes, textBytes / Math.max(1, rows));
    return done;
  }
}
