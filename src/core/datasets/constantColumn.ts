import type { Kernel } from '../../kernel/kernel.ts';
import type { TextColumn } from '../../kernel/textColumn.ts';

/** The greatest text of all rows of a constant column together; the kernel's offsets are int32. */
const MAX_TEXT_BYTES = 0x7fffffff;

/**
 * A column that says the same in each of its rows, or null in all of them (`text: null`), in areas reserved now:
 * reserve it once per reader and reuse it for every batch of at most `rows` rows (offsets start at 0, so any shorter column is its beginning).
 * RangeError if the text repeated passes 2 GiB. `text` is valid UTF-8.
 */
export function constantColumn(kernel: Kernel, rows: number, text: Uint8Array | null): TextColumn {
  const length = text?.length ?? 0;
  if (length * rows > MAX_TEXT_BYTES)
    throw new RangeError(`a constant of ${length} bytes is too long for ${rows} rows`);
  const offsets = kernel.reserve(4 * (rows + 1));
  const values = kernel.reserve(length * rows);
  const validity = text === null ? kernel.reserve(Math.ceil(rows / 8)) : 0;
  const ends = kernel.ints(offsets, rows + 1);
  for (let row = 0; row <= rows; row++) ends[row] = row * length;
  const bytes = kernel.bytes(values, length * rows);
  if (text !== null) for (let row = 0; row < rows; row++) bytes.set(text, row * length);
  if (text === null) kernel.bytes(validity, Math.ceil(rows / 8)).fill(0);
  return { offsets, values, validity, nulls: text === null ? rows : 0 };
}
