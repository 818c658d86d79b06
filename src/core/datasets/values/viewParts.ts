import type { Kernel } from '../../../kernel/kernel.ts';
import { isPresent, rowBytes, type ArrowArray } from './arrowArray.ts';

const VIEW = 16;
/** A value up to this long lies inside its view. */
const INLINE = 12;

/** Rows [from, to) of a view array (BinaryView, Utf8View) as offsets from 0 and bytes in the kernel; null rows are empty. */
export function viewParts(
  kernel: Kernel,
  array: ArrowArray,
  from: number,
  to: number,
): { offsets: number; values: number } {
  const raw = rowBytes(array.buffers[0], VIEW, from, to);
  const views = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const offsets = kernel.reserve((to - from + 1) * 4);
  const ends = kernel.ints(offsets, to - from + 1);
  ends[0] = 0;
  let total = 0;
  for (let row = from; row < to; row++) {
    const length = isPresent(array, row) ? views.getInt32((row - from) * VIEW, true) : 0;
    if (length < 0) throw new Error('a value has a length below 0');
    total += length;
    if (total > 0x7fffffff) throw new Error('its values are too long');
    ends[row - from + 1] = total;
  }
  const values = kernel.reserve(total);
  const out = kernel.bytes(values, total);
  for (let row = from, at = 0; row < to; row++) {
    const view = (row - from) * VIEW;
    const length = isPresent(array, row) ? views.getInt32(view, true) : 0;
    if (length === 0) continue;
    out.set(length <= INLINE ? raw.subarray(view + 4, view + 4 + length) : pointedTo(array, views, view, length), at);
    at += length;
  }
  return { offsets, values };
}

function pointedTo(array: ArrowArray, views: DataView, view: number, length: number): Uint8Array {
  const index = views.getInt32(view + 8, true);
  const offset = views.getInt32(view + 12, true);
  const data = index < 0 ? undefined : array.buffers[1 + index];
  if (data === undefined || offset < 0 || offset + length > data.length) {
    throw new Error('a value points outside its buffers');
  }
  return data.subarray(offset, offset + length);
}
