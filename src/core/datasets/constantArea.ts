import type { Kernel } from '../../kernel/kernel.ts';
import type { TextColumn } from '../../kernel/textColumn.ts';

/** All texts of a constant column together: the kernel's offsets are int32. */
const MAX_TEXT_BYTES = 0x7fffffff;

/**
 * Reserves room for a constant column once and returns what fills it: a text of at most `maxTextBytes` bytes of valid UTF-8 in each of `maxRows` rows,
 * or null in all. The column stands until the next fill; its first n rows are a column of n rows. RangeError if it would pass 2 GiB.
 */
export function constantArea(
  kernel: Kernel,
  maxRows: number,
  maxTextBytes: number,
): (text: Uint8Array | null) => TextColumn {
  if (maxTextBytes * maxRows > MAX_TEXT_BYTES)
    throw new RangeError(`a constant of ${maxTextBytes} bytes is too long for ${maxRows} rows`);
  const offsets = kernel.reserve(4 * (maxRows + 1));
  const values = kernel.reserve(maxTextBytes * maxRows);
  const validity = kernel.reserve(Math.ceil(maxRows / 8));
  return (text) => {
    const length = text?.length ?? 0;
    if (length > maxTextBytes)
      throw new RangeError(`a constant of ${length} bytes where ${maxTextBytes} were foreseen`);
    const ends = kernel.ints(offsets, maxRows + 1);
    for (let row = 0; row <= maxRows; row++) ends[row] = row * length;
    const bytes = kernel.bytes(values, length * maxRows);
    if (text !== null) for (let row = 0; row < maxRows; row++) bytes.set(text, row * length);
    kernel.bytes(validity, Math.ceil(maxRows / 8)).fill(0);
    return { offsets, values, validity: text === null ? validity : 0, nulls: text === null ? maxRows : 0 };
  };
}
