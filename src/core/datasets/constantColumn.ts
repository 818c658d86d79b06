import type { Kernel } from '../../kernel/kernel.ts';
import type { TextColumn } from '../../kernel/textColumn.ts';
import { constantArea } from './constantArea.ts';

/**
 * A column that says the same in each of its rows, or null in all of them (`text: null`), in areas reserved now and never given back:
 * what reads many files reserves a `constantArea` once instead. RangeError if the text repeated passes 2 GiB. `text` is valid UTF-8.
 */
export function constantColumn(kernel: Kernel, rows: number, text: Uint8Array | null): TextColumn {
  return constantArea(kernel, rows, text?.length ?? 0)(text);
}
