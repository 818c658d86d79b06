import type { Kernel } from '../../kernel/kernel.ts';
import type { TextColumn } from '../../kernel/textColumn.ts';
import { TrancheError } from '../errors.ts';
import { SKIP } from './skip.ts';
import { ID_SLOT } from './template.ts';
import type { LineTemplate } from './template.ts';

/** Lines are rendered into an area of this size; only a single longer line gets a larger one. */
const BLOCK_BYTES = 4 << 20;
const LITERAL = 0;
const COLUMN = 1;

/** Rows of a record batch on their way to lines. Lies in the kernel until the caller gives its mark back. */
export interface LineBatch {
  readonly rows: number;
  readonly ids: TextColumn;
  /** In the order of the template's columns. */
  readonly columns: readonly TextColumn[];
  /** Address of a byte a row: 0 = a line, else none (see `SKIP`). Begins with `null` where an embeddings input is empty; the caller sets more before it measures or renders. */
  readonly skip: number;
  /** Address of a u32 a row: bytes of its line with the newline, 0 if it has none. Filled by `measure` or `render`. */
  readonly lengths: number;
}

/** Lines of rows [fromRow, toRow) back to back. They lie in the kernel until the next `render` or `prepare`. */
export interface RenderedLines {
  readonly toRow: number;
  /** A view made when it is asked for: ask once everything else that may make the kernel grow is done. */
  readonly bytes: Uint8Array;
}

/** Renders one template in one kernel, batch after batch. */
export interface LineRenderer {
  /** Reserves what a batch needs beside its columns. Rows that are null in a used column are the caller's to skip (`kernel.skipNulls`). */
  readonly prepare: (rows: number, ids: TextColumn, columns: readonly TextColumn[]) => LineBatch;
  /** The same rows with other texts; where an embeddings input is empty now, `skip` says `null`. */
  readonly withColumns: (batch: LineBatch, columns: readonly TextColumn[]) => LineBatch;
  /** Fills `lengths` with exact line lengths (at most 0xffffffff), also those over the limit: `kernel.skipLonger` marks them. Renders nothing. */
  readonly measure: (batch: LineBatch) => void;
  /**
   * Renders from `fromRow` on up to about 4 MB, at least one row, and fills `lengths` for [fromRow, toRow). A line over the limit is not
   * written and its row gets the skip byte `oversized`. Needs no `measure` before it.
   */
  readonly render: (batch: LineBatch, fromRow: number) => RenderedLines;
}

/** Reserves room for one line that is longer than a block. */
function reserveLine(kernel: Kernel, bytes: number): number {
  try {
    return kernel.reserve(bytes);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const sentence = `One row makes a line of ${bytes} bytes or more, too long to render; set limits.maxBytes below that, so that the row is quarantined.`;
    throw new TrancheError('notSupported', sentence, error);
  }
}

function linesAt(kernel: Kernel, toRow: number, at: number, length: number): RenderedLines {
  return {
    toRow,
    get bytes() {
      return kernel.bytes(at, length);
    },
  };
}

function layLiterals(kernel: Kernel, template: LineTemplate): { at: number; length: number }[] {
  const encoder = new TextEncoder();
  return template.literals.map((literal) => {
    const bytes = encoder.encode(literal);
    return { at: kernel.put(bytes), length: bytes.length };
  });
}

/**
 * Lays a template out in a kernel, once, for lines of at most `maxLineBytes` (newline included). What it reserves is its own: open it before the
 * marks that batches are given back with.
 */
export function openLineRenderer(kernel: Kernel, template: LineTemplate, maxLineBytes: number): LineRenderer {
  const literals = layLiterals(kernel, template);
  const count = literals.length + template.slots.length;
  const segments = kernel.reserve(12 * count);
  const groups = kernel.reserve(4 * template.columns.length);
  const block = kernel.reserve(BLOCK_BYTES);
  const maxLine = Math.min(maxLineBytes, 0xffffffff);

  const aim = ({ ids, columns }: LineBatch): void => {
    const words: number[] = [];
    literals.forEach((literal, index) => {
      words.push(LITERAL, literal.at, literal.length);
      const slot = template.slots[index];
      const column = slot === ID_SLOT ? ids : columns[slot ?? 0];
      if (slot !== undefined && column !== undefined) words.push(COLUMN, column.offsets, column.values);
    });
    if (words.length !== 3 * count) throw new TrancheError('internal', 'A batch lacks a column of its template.');
    kernel.ints(segments, words.length).set(words);
  };
  const skipEmptyInputs = (batch: LineBatch): void => {
    for (const group of template.neverEmpty) {
      const offsets = group.map((index) => batch.columns[index]?.offsets ?? 0);
      kernel.ints(groups, offsets.length).set(offsets);
      kernel.skipEmpty(groups, offsets.length, batch.rows, SKIP.null, batch.skip);
    }
  };
  const renderInto = (batch: LineBatch, fromRow: number, out: number, room: number): number =>
    kernel.renderLines(
      fromRow,
      batch.rows,
      segments,
      count,
      batch.skip,
      SKIP.oversized,
      maxLine,
      out,
      room,
      batch.lengths,
    );

  /** Where the area of a line longer than a block begins, while it holds one. */
  let longLine: number | null = null;

  return {
    prepare: (rows, ids, columns) => {
      longLine = null; // the caller gave it back with the batch before
      const batch = { rows, ids, columns, skip: kernel.reserve(rows), lengths: kernel.reserve(4 * rows) };
      kernel.bytes(batch.skip, rows).fill(0);
      skipEmptyInputs(batch);
      return batch;
    },
    withColumns: (batch, columns) => {
      const changed = { ...batch, columns };
      skipEmptyInputs(changed);
      return changed;
    },
    measure: (batch) => {
      aim(batch);
      kernel.measureLines(0, batch.rows, segments, count, batch.skip, batch.lengths);
    },
    render: (batch, fromRow) => {
      if (longLine !== null) kernel.release(longLine);
      longLine = null;
      aim(batch);
      let out = block;
      let toRow = renderInto(batch, fromRow, out, BLOCK_BYTES);
      if (toRow === fromRow && fromRow < batch.rows) {
        const needed = (kernel.ints(batch.lengths + 4 * fromRow, 1)[0] ?? 0) >>> 0;
        longLine = kernel.mark();
        out = reserveLine(kernel, needed);
        toRow = renderInto(batch, fromRow, out, needed);
      }
      return linesAt(kernel, toRow, out, kernel.renderedBytes());
    },
  };
}
