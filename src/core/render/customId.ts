import type { Kernel } from '../../kernel/kernel.ts';
import type { TextColumn } from '../../kernel/textColumn.ts';

/** A plain key is at most this long, a hashed one (`h_` and 40 hex digits) shorter. */
const MAX_ID_BYTES = 64;

/**
 * The custom_ids of rows [0, rows): the key's text where one column is the key and the text is 1-64 of `A-Z a-z 0-9 _ -`, else `h_` and
 * the first 40 hex digits of the SHA-256 of the texts as a JSON array. Lies in the kernel until the caller gives its mark back.
 */
export function customIds(kernel: Kernel, keys: readonly TextColumn[], rows: number): TextColumn {
  const columns = kernel.reserve(8 * keys.length);
  const offsets = kernel.reserve(4 * (rows + 1));
  const values = kernel.reserve(MAX_ID_BYTES * rows);
  kernel.ints(columns, 2 * keys.length).set(keys.flatMap((key) => [key.offsets, key.values]));
  kernel.customIds(columns, keys.length, rows, offsets, values);
  return { offsets, values, validity: 0, nulls: 0 };
}
