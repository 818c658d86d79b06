import type { Kernel } from '../../kernel/kernel.ts';
import type { TextColumn } from '../../kernel/textColumn.ts';
import { TrancheError } from '../errors.ts';
import type { KeptColumn } from '../model/block.ts';

/** Rows [row, end) of a column as a block keeps them, copied out of the kernel: the buffers are the caller's. */
export function keepColumn(kernel: Kernel, column: TextColumn, row: number, end: number): KeptColumn {
  const mark = kernel.mark();
  const rows = end - row;
  const [from = 0] = kernel.ints(column.offsets + 4 * row, 1);
  const [to = 0] = kernel.ints(column.offsets + 4 * end, 1);
  const bitmapBytes = Math.ceil(rows / 8);
  const bitmap = kernel.reserve(bitmapBytes);
  const nulls = column.validity === 0 ? 0 : rows - kernel.sliceBits(column.validity, row, rows, bitmap);
  const validity = nulls === 0 ? null : kernel.bytes(bitmap, bitmapBytes).slice();
  const room = to - from + 4 * rows;
  const out = kernel.reserve(room);
  const bytes = kernel.toPlain(column.offsets, column.values, nulls === 0 ? 0 : column.validity, row, end, out, room);
  if (bytes < 0) throw new TrancheError('internal', 'A column holds more bytes than its offsets say.');
  const plain = kernel.bytes(out, bytes).slice();
  kernel.release(mark);
  return { plain, validity, nulls };
}
