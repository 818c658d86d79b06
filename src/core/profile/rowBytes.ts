import type { Kernel } from '../../kernel/kernel.ts';
import type { TextColumn } from '../../kernel/textColumn.ts';

/** Per row the bytes of all its columns' texts. */
export function rowBytes(kernel: Kernel, columns: readonly TextColumn[], rows: number): Uint32Array {
  const bytes = new Uint32Array(rows);
  for (const column of columns) {
    const offsets = kernel.ints(column.offsets, rows + 1);
    let from = offsets[0] ?? 0;
    for (let row = 0; row < rows; row++) {
      const to = offsets[row + 1] ?? from;
      bytes[row] = (bytes[row] ?? 0) + to - from;
      from = to;
    }
  }
  return bytes;
}
