import type { Kernel } from '../../kernel/kernel.ts';
import type { TextColumn } from '../../kernel/textColumn.ts';

/** 64-bit hashes (XXH64, the same on any machine) of rows [row, end) of a column, copied out of the kernel. */
export function textHashes(kernel: Kernel, column: TextColumn, row: number, end: number): BigUint64Array {
  const mark = kernel.mark();
  const out = kernel.reserve(8 * (end - row));
  kernel.hashText(column.offsets, column.values, row, end, out);
  const hashes = kernel.longs(out, end - row).slice();
  kernel.release(mark);
  return hashes;
}
