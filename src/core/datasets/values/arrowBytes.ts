import { childOf, isPresent, offsetAt, rowBytes, type ArrowArray } from './arrowArray.ts';
import { runEnds } from './pickText.ts';

const INLINE = 12;

/**
 * Bytes of an array's own Arrow buffers for rows [from, to): values, offsets, and a validity bitmap where there are nulls; unpadded, by offset
 * differences, without the dictionary of a dictionary column. A plain Error if offsets leave their buffers.
 */
export function arrowBytes(array: ArrowArray, from: number, to: number): number {
  const rows = to - from;
  if (rows === 0) return 0;
  return validityBytes(array, from, to) + bufferBytes(array, from, to);
}

function validityBytes(array: ArrowArray, from: number, to: number): number {
  if (array.nulls === 0 || array.validity === null) return 0;
  for (let row = from; row < to; row++) if (!isPresent(array, row)) return Math.ceil((to - from) / 8);
  return 0;
}

function bufferBytes(array: ArrowArray, from: number, to: number): number {
  const rows = to - from;
  const { layout } = array.field;
  switch (layout.kind) {
    case 'null':
      return 0;
    case 'bits':
      return Math.ceil(rows / 8);
    case 'fixed':
    case 'interval':
      return rows * layout.bytes;
    case 'dictionary':
      return (rows * layout.bits) / 8;
    case 'bytes': {
      const [first, last] = span(array, layout.wide, from, to);
      return (rows + 1) * (layout.wide ? 8 : 4) + last - first;
    }
    case 'views':
      return rows * 16 + pointedBytes(array, from, to);
    default:
      return nestedBytes(array, from, to);
  }
}

function nestedBytes(array: ArrowArray, from: number, to: number): number {
  const rows = to - from;
  const { layout } = array.field;
  switch (layout.kind) {
    case 'list':
    case 'map': {
      const [first, last] = span(array, layout.wide, from, to);
      return (rows + 1) * (layout.wide ? 8 : 4) + arrowBytes(childOf(array, 0), first, last);
    }
    case 'listView':
      return rows * (layout.wide ? 16 : 8) + viewedBytes(array, layout.wide, from, to);
    case 'fixedList':
      return arrowBytes(childOf(array, 0), from * layout.width, to * layout.width);
    case 'struct':
      return array.children.reduce((sum, child) => sum + arrowBytes(child, from, to), 0);
    case 'runEnds':
      return runBytes(array, from, to);
    default:
      return 0;
  }
}

/** What the offsets of rows [from, to) span. */
export function span(array: ArrowArray, wide: boolean, from: number, to: number): [first: number, last: number] {
  const first = offsetAt(array.buffers[0], wide, from);
  const last = offsetAt(array.buffers[0], wide, to);
  const limit = array.field.layout.kind === 'bytes' ? (array.buffers[1]?.length ?? 0) : childOf(array, 0).rows;
  if (first < 0 || last < first || last > limit) throw new Error('its offsets do not rise within its values');
  return [first, last];
}

function pointedBytes(array: ArrowArray, from: number, to: number): number {
  const raw = rowBytes(array.buffers[0], 16, from, to);
  const views = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  let sum = 0;
  for (let row = from; row < to; row++) {
    const length = isPresent(array, row) ? views.getInt32((row - from) * 16, true) : 0;
    if (length > INLINE) sum += length;
  }
  return sum;
}

/** Items of list views, counted once for each list that shows them. */
function viewedBytes(array: ArrowArray, wide: boolean, from: number, to: number): number {
  let sum = 0;
  const child = childOf(array, 0);
  for (let row = from; row < to; row++) {
    const size = isPresent(array, row) ? offsetAt(array.buffers[1], wide, row) : 0;
    const start = size === 0 ? 0 : offsetAt(array.buffers[0], wide, row);
    if (size < 0 || start < 0 || start + size > child.rows) throw new Error('a list points outside its items');
    sum += arrowBytes(child, start, start + size);
  }
  return sum;
}

function runBytes(array: ArrowArray, from: number, to: number): number {
  const ends = runEnds(childOf(array, 0));
  const first = ends.findIndex((end) => end > from);
  const last = ends.findIndex((end) => end >= to);
  if (first < 0 || last < 0) throw new Error('its runs end before its rows');
  return arrowBytes(childOf(array, 0), first, last + 1) + arrowBytes(childOf(array, 1), first, last + 1);
}
