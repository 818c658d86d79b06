import type { Kernel } from '../../kernel/kernel.ts';
import type { TextColumn } from '../../kernel/textColumn.ts';

/** Opens a reader of single values of a kernel's columns, as text. */
export function openCells(kernel: Kernel): (column: TextColumn, row: number) => string {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  return (column, row) => {
    const [from = 0, to = 0] = kernel.ints(column.offsets + 4 * row, 2);
    return decoder.decode(kernel.bytes(column.values + from, to - from));
  };
}
