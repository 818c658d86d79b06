import type { Kernel } from '../../kernel/kernel.ts';
import type { TextColumn } from '../../kernel/textColumn.ts';

const LEAVE = 0xffffffff;

function copyColumn(kernel: Kernel, column: TextColumn, rows: number): TextColumn {
  const [from = 0] = kernel.ints(column.offsets, 1);
  const [to = 0] = kernel.ints(column.offsets + 4 * rows, 1);
  const offsets = kernel.reserve(4 * (rows + 1));
  const values = kernel.reserve(to - from);
  kernel.ints(offsets, rows + 1).set(kernel.ints(column.offsets, rows + 1).map((offset) => offset - from));
  kernel.bytes(values, to - from).set(kernel.bytes(column.values + from, to - from));
  return { ...column, offsets, values };
}

/** Shortens a copy of a column: `limitOf` gives the bytes that stay of a row's value, or null to leave it. */
export function cutColumn(
  kernel: Kernel,
  column: TextColumn,
  rows: number,
  limitOf: (row: number, bytes: number) => number | null,
): TextColumn {
  const copy = copyColumn(kernel, column, rows);
  const limits = kernel.reserve(4 * rows);
  const offsets = kernel.ints(copy.offsets, rows + 1);
  const wanted = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    const bytes = (offsets[row + 1] ?? 0) - (offsets[row] ?? 0);
    wanted[row] = limitOf(row, bytes) ?? LEAVE;
  }
  kernel.ints(limits, rows).set(wanted);
  kernel.cutText(copy.offsets, copy.values, rows, limits);
  return copy;
}
