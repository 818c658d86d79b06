import type { Kernel } from '../../../kernel/kernel.ts';
import { checkUtf8 } from './checkUtf8.ts';

/** A dictionary of byte arrays that lies in the kernel in Arrow's layout. */
export interface ByteDictionary {
  readonly kind: 'bytes';
  readonly lengths: Int32Array;
  readonly offsets: number;
  readonly values: number;
  readonly checked: boolean;
}

/** A dictionary of fixed-width values that lies in the kernel. */
export interface FixedDictionary {
  readonly kind: 'fixed';
  readonly count: number;
  readonly width: number;
  readonly at: number;
}

/** A column chunk's dictionary, by how its values lie. */
export type Dictionary = ByteDictionary | FixedDictionary;

/** An unpacked dictionary page: `count` PLAIN values. */
export interface DictionaryPage {
  readonly bytes: Uint8Array;
  readonly count: number;
}

/** Puts a dictionary page of byte arrays into the kernel. */
export function placeByteDictionary(kernel: Kernel, page: DictionaryPage, text: boolean): ByteDictionary {
  const { bytes, count } = page;
  if (4 * count > bytes.length) throw new Error('its dictionary is shorter than announced');
  const offsets = kernel.reserve(4 * (count + 1));
  const values = kernel.reserve(bytes.length);
  kernel.ints(offsets, 1)[0] = 0;
  const mark = kernel.mark();
  const source = kernel.put(bytes);
  if (kernel.plainBytes(source, source + bytes.length, count, 0, offsets, values) < 0)
    throw new Error('a dictionary value is longer than its page');
  if (text) checkUtf8(kernel, count, offsets, values);
  kernel.release(mark);
  const ends = kernel.ints(offsets, count + 1);
  const lengths = new Int32Array(count);
  for (let i = 0; i < count; i++) lengths[i] = (ends[i + 1] ?? 0) - (ends[i] ?? 0);
  return { kind: 'bytes', lengths, offsets, values, checked: text };
}

/** Puts a dictionary page of fixed-width values into the kernel. */
export function placeFixedDictionary(kernel: Kernel, page: DictionaryPage, width: number): FixedDictionary {
  if (page.count * width > page.bytes.length) throw new Error('its dictionary is shorter than announced');
  return { kind: 'fixed', count: page.count, width, at: kernel.put(page.bytes.subarray(0, page.count * width)) };
}
