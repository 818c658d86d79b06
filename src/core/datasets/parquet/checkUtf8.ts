import type { Kernel } from '../../../kernel/kernel.ts';

/** Throws unless each of n values in Arrow's layout is UTF-8 by itself. */
export function checkUtf8(kernel: Kernel, n: number, offsets: number, values: number): void {
  const ends = kernel.ints(offsets, n + 1);
  const from = values + (ends[0] ?? 0);
  const end = values + (ends[n] ?? 0);
  if (kernel.validUtf8(from, end) === 0 || kernel.beginsOnCharacters(offsets, n, values, end) === 0)
    throw new Error('a text value is not valid UTF-8');
}
