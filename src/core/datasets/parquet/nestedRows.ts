import type { Data, Field, RecordBatch } from 'apache-arrow';
import { tableFromIPC } from 'apache-arrow';
import type { Kernel } from '../../../kernel/kernel.ts';
import type { TextColumn } from '../../../kernel/textColumn.ts';
import { messageOf } from '../../errors.ts';
import type { ArrowArray } from '../values/arrowArray.ts';
import { arrowBytes } from '../values/arrowBytes.ts';
import { arrowField } from '../values/arrowColumnType.ts';
import { openTextContext } from '../values/arrayText.ts';
import { dataArray } from '../values/arrowVectorText.ts';
import { sliceEnd } from '../values/sliceEnd.ts';
import { withTexts } from '../values/withTexts.ts';
import { brokenParquet } from './brokenParquet.ts';
import type { LeafText } from './leafText.ts';
import { nestedFile } from './nestedFile.ts';
import { nodeType } from './nodeType.ts';
import type { ParquetFile } from './parquetFile.ts';
import { leavesOf } from './parquetFragments.ts';
import type { ReadNested } from './parquetWasm.ts';
import type { SchemaNode } from './schemaTree.ts';
import { withParquetTypes } from './withParquetTypes.ts';

/** Decoded at once, about. */
const SLICE_BYTES = 16 << 20;
const BATCH_BYTES = 2 << 20;
const MAX_BATCH_ROWS = 65_536;
/** Encoded pages say little of what they decode to, so a first slice of few rows is measured, and the next are so many times larger at most. */
const FIRST_ROWS = 256;
const MOST_GROWTH = 16;
/** parquet-wasm passes over no rows of some deltas (DuckDB's), so a row group that has them is read in one slice. */
const CANNOT_SKIP = /cannot skip/;

/** A column of the waiting batch, and the structs around it. */
interface Found {
  readonly array: ArrowArray;
  readonly around: readonly Data[];
}

/** Some nested columns of rows [fromRow, toRow) of a row group, in order. */
export class NestedRows {
  readonly #kernel: Kernel;
  readonly #file: ParquetFile;
  readonly #rowGroup: number;
  readonly #nodes: readonly SchemaNode[];
  readonly #read: ReadNested;
  /** Rows of the next slice. */
  #sliceRows: number;
  /** By the weight of the encoded pages, which rows have at least. */
  readonly #mostRows: number;
  readonly #toRow: number;
  #nextRow: number;
  #packed: Uint8Array | null = null;
  #waiting: RecordBatch[] = [];
  /** Of the first batch that waits, once it is looked at. */
  #found: readonly Found[] | null = null;
  #taken = 0;

  constructor(
    kernel: Kernel,
    file: ParquetFile,
    nodes: readonly SchemaNode[],
    range: { readonly rowGroup: number; readonly fromRow: number; readonly toRow: number },
    read: ReadNested,
  ) {
    this.#kernel = kernel;
    this.#file = file;
    this.#rowGroup = range.rowGroup;
    this.#nodes = nodes;
    this.#read = read;
    this.#nextRow = range.fromRow;
    this.#toRow = range.toRow;
    const group = file.footer.metadata.row_groups[range.rowGroup];
    const bytes = nodes
      .flatMap(leavesOf)
      .reduce((sum, leaf) => sum + Number(group?.columns[leaf]?.meta_data?.total_uncompressed_size ?? 0), 0);
    const rowBytes = Math.max(1, bytes / Math.max(1, Number(group?.num_rows ?? 1)));
    this.#mostRows = Math.max(1, Math.floor(SLICE_BYTES / rowBytes));
    this.#sliceRows = Math.min(FIRST_ROWS, this.#mostRows);
  }

  /** Rows that can be taken at once now, at least one before the end. */
  async available(signal: AbortSignal): Promise<number> {
    try {
      while (this.#left() === 0 && (this.#waiting.length > 0 || this.#nextRow < this.#toRow))
        await this.#advance(signal);
      return this.#left() === 0 ? 0 : this.#end() - this.#taken;
    } catch (error) {
      throw brokenParquet(this.#place(), error);
    }
  }

  /** Where a batch of text ends that begins at the first row not taken. */
  #end(): number {
    const [batch] = this.#waiting;
    if (batch === undefined) return this.#taken;
    this.#found ??= this.#nodes.map((node) => foundIn(batch, node));
    return sliceEnd(
      this.#found.map(({ array }) => array),
      this.#taken,
      batch.numRows,
    );
  }

  #place(): { file: string; column: string; rowGroup: number } {
    const column = this.#nodes.map((node) => node.path.join('.')).join('", "');
    return { file: this.#file.source.name, column, rowGroup: this.#rowGroup };
  }

  #left(): number {
    return (this.#waiting[0]?.numRows ?? 0) - this.#taken;
  }

  async #advance(signal: AbortSignal): Promise<void> {
    this.#waiting.shift();
    this.#found = null;
    this.#taken = 0;
    if (this.#waiting.length > 0) return;
    this.#packed ??= await nestedFile(
      this.#file,
      this.#rowGroup,
      distinctBranches(this.#file.root, this.#nodes),
      signal,
    );
    this.#load(this.#packed);
  }

  #load(packed: Uint8Array): void {
    const rows = Math.min(this.#sliceRows, this.#toRow - this.#nextRow);
    const batchRows = Math.max(1, Math.min(MAX_BATCH_ROWS, Math.floor((rows * BATCH_BYTES) / SLICE_BYTES)));
    try {
      const decoded = this.#read(packed, this.#nextRow, rows, batchRows);
      this.#wait(decoded, rows);
      const fitting = Math.floor((rows * SLICE_BYTES) / Math.max(1, decoded.length));
      this.#sliceRows = Math.max(1, Math.min(fitting, rows * MOST_GROWTH, this.#mostRows));
    } catch (error) {
      if (this.#nextRow === 0 || !CANNOT_SKIP.test(messageOf(error))) throw error;
      const passed = this.#nextRow;
      this.#nextRow = 0;
      this.#wait(this.#read(packed, 0, this.#toRow, batchRows), this.#toRow);
      this.#pass(passed);
    }
  }

  #wait(decoded: Uint8Array, rows: number): void {
    const table = tableFromIPC(decoded);
    if (table.numRows !== rows) throw new Error('its pages hold fewer rows than its row group');
    this.#nextRow += rows;
    this.#waiting = table.batches.filter((batch) => batch.numRows > 0);
  }

  #pass(rows: number): void {
    for (this.#taken = rows; this.#taken > 0 && this.#left() <= 0;) {
      this.#taken -= this.#waiting[0]?.numRows ?? this.#taken;
      this.#waiting.shift();
    }
  }

  /** Takes rows as text, one column a node; the caller marks and releases the kernel. */
  take(rows: number): LeafText[] {
    const [batch] = this.#waiting;
    if (batch === undefined) throw brokenParquet(this.#place(), new Error('rows are missing'));
    const from = this.#taken;
    this.#taken += rows;
    return this.#nodes.map((node, i) => {
      try {
        const { array, around } = this.#found?.[i] ?? foundIn(batch, node);
        const text = openTextContext(this.#kernel, new Map()).textOf(array, from, from + rows);
        return {
          text: masked(this.#kernel, text, around, from, from + rows),
          arrowBytes: arrowBytes(array, from, from + rows),
        };
      } catch (error) {
        throw brokenParquet({ ...this.#place(), column: node.path.join('.') }, error);
      }
    });
  }
}

function foundIn(batch: RecordBatch, node: SchemaNode): Found {
  const [name, ...below] = node.path;
  const top = batch.schema.fields.findIndex((column) => column.name === name);
  let field: Field | undefined = batch.schema.fields[top];
  let data: Data | undefined = batch.data.children[top];
  const around: Data[] = [];
  for (const step of below) {
    const parts: readonly Field[] = (field?.type as { children?: Field[] } | undefined)?.children ?? [];
    const part = parts.findIndex((column) => column.name === step);
    if (data !== undefined) around.push(data);
    field = parts[part];
    data = data?.children[part];
  }
  if (field === undefined || data === undefined) throw new Error('it lacks a part');
  return { array: dataArray(withParquetTypes(arrowField(field), nodeType(node)), data), around };
}

/** The nodes themselves, but where several lie in one top-level column that column as a whole. */
function distinctBranches(root: SchemaNode, nodes: readonly SchemaNode[]): SchemaNode[] {
  const byTop = new Map<string | undefined, SchemaNode>();
  for (const node of nodes) {
    const [top] = node.path;
    const whole = root.children.find((child) => child.element.name === top);
    const known = byTop.get(top);
    byTop.set(top, known !== undefined && known !== node && whole !== undefined ? whole : node);
  }
  return [...byTop.values()];
}

/** A text column whose rows are null too where a struct around it is. */
function masked(kernel: Kernel, text: TextColumn, around: readonly Data[], from: number, to: number): TextColumn {
  const hiding = around.filter((data) => data.nullCount > 0);
  if (hiding.length === 0) return text;
  const rows = to - from;
  const bitmapBytes = Math.ceil(rows / 8);
  const bits = new Uint8Array(bitmapBytes);
  const own = text.validity === 0 ? null : kernel.bytes(text.validity, bitmapBytes);
  let nulls = 0;
  for (let row = 0; row < rows; row++) {
    const hidden = hiding.some((data) => !data.getValid(from + row));
    const present = !hidden && (own === null || ((own[row >> 3] ?? 0) >> (row & 7)) % 2 === 1);
    if (present) bits[row >> 3] = (bits[row >> 3] ?? 0) | (1 << (row & 7));
    else nulls++;
  }
  if (nulls === text.nulls) return text;
  const validity = kernel.put(bits);
  const numbers = kernel.reserve(4 * rows);
  kernel.ints(numbers, rows).forEach((_, row, all) => (all[row] = row));
  const ends = kernel.ints(text.offsets, rows + 1);
  const bytes = (ends[rows] ?? 0) - (ends[0] ?? 0);
  return withTexts(kernel, rows, bytes, validity, nulls, (offsets, out) =>
    kernel.pick(numbers, rows, validity, text.offsets, text.values, offsets, out),
  );
}
