import type { Kernel } from '../../../kernel/kernel.ts';
import { offsetAt, rowBytes, type ArrowArray } from './arrowArray.ts';

/** Where a column's validity lies in the kernel; 0 when nothing is null. */
export interface Presence {
  readonly validity: number;
  readonly nulls: number;
}

/** The validity of rows [from, to), in the kernel from bit 0 on. */
export function presenceOf(kernel: Kernel, array: ArrowArray, from: number, to: number): Presence {
  const rows = to - from;
  if (array.nulls === 0 || rows === 0) return { validity: 0, nulls: 0 };
  const { at, ones } = putBits(kernel, array.validity ?? undefined, array.bitOffset + from, rows);
  return ones === rows ? { validity: 0, nulls: 0 } : { validity: at, nulls: rows - ones };
}

/** Bits [from, from + count) in the kernel from bit 0 on, and how many are 1. */
export function putBits(
  kernel: Kernel,
  bits: Uint8Array | undefined,
  from: number,
  count: number,
): { at: number; ones: number } {
  const raw = kernel.put(rowBytes(bits, 1, from >> 3, (from + count + 7) >> 3));
  const at = kernel.reserve((count + 7) >> 3);
  return { at, ones: kernel.sliceBits(raw, from & 7, count, at) };
}

/** Offsets of rows [from, to) in the kernel as rows + 1 int32 from 0, and the range [first, last) of what they count, within `limit`. */
export function offsetsOf(
  kernel: Kernel,
  array: ArrowArray,
  from: number,
  to: number,
  limit: number,
): { offsets: number; first: number; last: number } {
  const { layout } = array.field;
  const wide = 'wide' in layout && layout.wide;
  const rows = to - from;
  if (rows === 0) return { offsets: kernel.put(new Uint8Array(4)), first: 0, last: 0 };
  const raw = kernel.put(rowBytes(array.buffers[0], wide ? 8 : 4, from, to + 1));
  const first = offsetAt(array.buffers[0], wide, from);
  const last = offsetAt(array.buffers[0], wide, to);
  const offsets = wide ? kernel.reserve((rows + 1) * 4) : raw;
  const rising = wide
    ? kernel.narrowOffsets(raw, rows, offsets) !== 0 && last <= limit
    : kernel.offsetsRise(raw, rows, Math.min(limit, 0x7fffffff)) !== 0;
  if (!rising) throw new Error('its offsets do not rise within its values');
  if (!wide && first !== 0) {
    const all = kernel.ints(offsets, rows + 1);
    for (let row = 0; row <= rows; row++) all[row] = (all[row] ?? 0) - first;
  }
  return { offsets, first, last };
}
