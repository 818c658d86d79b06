import type { Kernel } from '../../../kernel/kernel.ts';
import type { TextColumn } from '../../../kernel/textColumn.ts';

const SPARE = 64;

/**
 * A text column whose offsets and texts `write` fills in: it gets the address of rows + 1 int32 and of room for `mostBytes`, and returns
 * the bytes it wrote. What it left is given back, so `write` must reserve nothing.
 */
export function withTexts(
  kernel: Kernel,
  rows: number,
  mostBytes: number,
  validity: number,
  nulls: number,
  write: (offsets: number, out: number) => number,
): TextColumn {
  const offsets = kernel.reserve((rows + 1) * 4);
  const values = kernel.reserve(mostBytes);
  const used = write(offsets, values);
  kernel.release(Math.ceil((values + used + SPARE) / 16) * 16);
  return { offsets, values, validity: nulls > 0 ? validity : 0, nulls };
}
