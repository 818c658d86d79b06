import type { Kernel } from '../../kernel/kernel.ts';
import type { TextColumn } from '../../kernel/textColumn.ts';
import type { LineBatch, LineRenderer } from '../render/lineRenderer.ts';
import { cutColumn } from './cutColumn.ts';

function valueBytes(kernel: Kernel, column: TextColumn, row: number): number {
  const [from = 0, to = 0] = kernel.ints(column.offsets + 4 * row, 2);
  return to - from;
}

/** Index of the column with the row's longest text; -1 when all are empty. */
function longest(kernel: Kernel, columns: readonly TextColumn[], row: number): number {
  const sizes = columns.map((column) => valueBytes(kernel, column, row));
  const most = Math.max(0, ...sizes);
  return most === 0 ? -1 : sizes.indexOf(most);
}

/** How far each row's line is over the limit; rows that fit are left out. */
function overflows(kernel: Kernel, lines: LineBatch, maxLineBytes: number): Map<number, number> {
  const lengths = new Uint32Array(kernel.bytes(lines.lengths, 4 * lines.rows).slice().buffer);
  const over = new Map<number, number>();
  lengths.forEach((length, row) => {
    if (length > maxLineBytes) over.set(row, length - maxLineBytes);
  });
  return over;
}

/**
 * Shortens the longest text of each line that is over the limit, at a character, until it fits or no text is left to cut.
 * Where that leaves an embeddings input empty the row gets no line. A byte cut off a text takes at least one off the line, so each round cuts one column of a row far enough or empties it.
 */
export function fitLines(kernel: Kernel, renderer: LineRenderer, lines: LineBatch, maxLineBytes: number): LineBatch {
  let fitted = lines;
  for (let round = 0; round <= lines.columns.length; round++) {
    renderer.measure(fitted);
    const over = overflows(kernel, fitted, maxLineBytes);
    if (over.size === 0) return fitted;
    const cuts = new Map([...over.keys()].map((row) => [row, longest(kernel, fitted.columns, row)]));
    const columns = fitted.columns.map((column, index) => {
      if (![...cuts.values()].includes(index)) return column;
      return cutColumn(kernel, column, lines.rows, (row, bytes) =>
        cuts.get(row) === index ? Math.max(0, bytes - (over.get(row) ?? 0)) : null,
      );
    });
    fitted = renderer.withColumns(fitted, columns);
  }
  return fitted;
}
