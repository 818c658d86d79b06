import type { Kernel } from '../../src/kernel/kernel.ts';
import type { TextColumn } from '../../src/kernel/textColumn.ts';

/** Puts values into a kernel as a text column whose first byte lies `shift` bytes into its area and whose area ends in junk. */
export function putText(kernel: Kernel, values: readonly (string | null)[], shift = 0): TextColumn {
  const parts = values.map((value) => Buffer.from(value ?? '', 'utf8'));
  const offsets = kernel.reserve(4 * (values.length + 1));
  let end = shift;
  kernel.ints(offsets, values.length + 1).set([end, ...parts.map((part) => (end += part.length))]);
  const area = kernel.put(Buffer.concat([Buffer.alloc(shift, '"'), ...parts, Buffer.alloc(32, '"\n\\\u0001')]));
  const nulls = values.filter((value) => value === null).length;
  if (nulls === 0) return { offsets, values: area, validity: 0, nulls };
  const bitmap = Buffer.alloc(Math.ceil(values.length / 8));
  values.forEach((value, row) => {
    if (value !== null) bitmap[row >> 3] = (bitmap[row >> 3] ?? 0) | (1 << (row & 7));
  });
  return { offsets, values: area, validity: kernel.put(bitmap), nulls };
}

/** Values of rows [0, rows) of a text column; a null row is null. */
export function readText(kernel: Kernel, column: TextColumn, rows: number): (string | null)[] {
  const offsets = kernel.ints(column.offsets, rows + 1);
  return Array.from({ length: rows }, (_, row) => {
    const valid = column.validity === 0 || ((kernel.bytes(column.validity + (row >> 3), 1)[0] ?? 0) >> (row & 7)) & 1;
    if (!valid) return null;
    const from = offsets[row] ?? 0;
    return Buffer.from(kernel.bytes(column.values + from, (offsets[row + 1] ?? 0) - from)).toString('utf8');
  });
}
