import type { ColumnType } from '../../model/columnType.ts';
import { span } from './arrowBytes.ts';
import { childOf, isPresent, offsetAt, rowBytes, type ArrowArray } from './arrowArray.ts';
import { runEnds } from './pickText.ts';

/** Rows a batch holds at most. */
export const MAX_BATCH_ROWS = 65_536;
const MAX_BATCH_BYTES = 4 << 20;
/** A bound this low needs no closer look. */
const SMALL_BYTES = 512 << 10;
/** What a row of a text column takes in any case: its offset, its share of a bitmap, and room beside it. */
const ROW_BYTES = 8;

/** Where a batch of rows that begins at `from` ends: at most 65,536 rows whose columns have about 4 MB of text together, at least one row. */
export function sliceEnd(arrays: readonly ArrowArray[], from: number, rows: number): number {
  let count = Math.min(MAX_BATCH_ROWS, rows - from);
  while (count > 1 && total(arrays, from, from + count) > MAX_BATCH_BYTES) count = Math.ceil(count / 2);
  return from + count;
}

function total(arrays: readonly ArrowArray[], from: number, to: number): number {
  return arrays.reduce((sum, array) => sum + ROW_BYTES * (to - from) + textBytes(array, from, to), 0);
}

/** Estimated bytes of text: exact for text itself (but for escapes inside JSON), a good bound for the rest. */
function textBytes(array: ArrowArray, from: number, to: number): number {
  if (from === to) return 0;
  const { layout, type } = array.field;
  switch (layout.kind) {
    case 'null':
      return 0;
    case 'bytes': {
      const [first, last] = span(array, layout.wide, from, to);
      return (last - first) * (type.kind === 'utf8' ? 1 : 4 / 3);
    }
    case 'views':
      return viewBytes(array, from, to) * (type.kind === 'utf8' ? 1 : 4 / 3);
    case 'dictionary':
      return dictionaryBytes(array, layout.bits, from, to);
    case 'bits':
    case 'fixed':
    case 'interval':
      return (to - from) * widest(type);
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
      return rows * 2 + (last - first) + textBytes(childOf(array, 0), first, last);
    }
    case 'fixedList':
      return rows * (2 + layout.width) + textBytes(childOf(array, 0), from * layout.width, to * layout.width);
    case 'struct':
      return array.children.reduce(
        (sum, child) => sum + rows * (child.field.name.length + 4) + textBytes(child, from, to),
        rows * 2,
      );
    case 'listView':
      return viewedBytes(array, layout.wide, from, to);
    case 'runEnds':
      return runBytes(array, from, to);
    default:
      return 0;
  }
}

function viewBytes(array: ArrowArray, from: number, to: number): number {
  const raw = rowBytes(array.buffers[0], 16, from, to);
  const views = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  let sum = 0;
  for (let row = from; row < to; row++) if (isPresent(array, row)) sum += views.getUint32((row - from) * 16, true);
  return sum;
}

/** Texts' lengths of the dictionaries that batches were cut by, kept while the dictionaries live: they are the same for every batch. */
const dictionaryLengths = new WeakMap<readonly ArrowArray[], { lengths: Float64Array; longest: number }>();

function lengthsOf(parts: readonly ArrowArray[]): { lengths: Float64Array; longest: number } {
  const known = dictionaryLengths.get(parts);
  if (known !== undefined) return known;
  const lengths = new Float64Array(parts.reduce((sum, part) => sum + part.rows, 0));
  let [at, longest] = [0, 0];
  for (const part of parts) {
    for (let row = 0; row < part.rows; row++) {
      const length = textBytes(part, row, row + 1);
      longest = Math.max(longest, length);
      lengths[at++] = length;
    }
  }
  const found = { lengths, longest };
  dictionaryLengths.set(parts, found);
  return found;
}

function dictionaryBytes(array: ArrowArray, bits: number, from: number, to: number): number {
  const { lengths, longest } = lengthsOf(array.dictionary ?? []);
  if (longest * (to - from) <= SMALL_BYTES) return longest * (to - from);
  const raw = rowBytes(array.buffers[0], bits / 8, from, to);
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  let sum = 0;
  for (let row = 0; row < to - from; row++) {
    if (isPresent(array, from + row)) sum += lengths[indexAt(view, bits, row)] ?? 0;
  }
  return sum;
}

function indexAt(view: DataView, bits: number, row: number): number {
  if (bits === 8) return view.getUint8(row);
  if (bits === 16) return view.getUint16(row * 2, true);
  return view.getUint32((row * bits) / 8, true);
}

function viewedBytes(array: ArrowArray, wide: boolean, from: number, to: number): number {
  const child = childOf(array, 0);
  let sum = 0;
  for (let row = from; row < to; row++) {
    const size = isPresent(array, row) ? offsetAt(array.buffers[1], wide, row) : 0;
    const start = size === 0 ? 0 : offsetAt(array.buffers[0], wide, row);
    if (size < 0 || start < 0 || start + size > child.rows) throw new Error('a list points outside its items');
    sum += 2 + size + textBytes(child, start, start + size);
  }
  return sum;
}

function runBytes(array: ArrowArray, from: number, to: number): number {
  const ends = runEnds(childOf(array, 0));
  const values = childOf(array, 1);
  let sum = 0;
  let begin = 0;
  for (const [run, end] of ends.entries()) {
    const rows = Math.min(end, to) - Math.max(begin, from);
    if (rows > 0) sum += rows * textBytes(values, run, Math.min(run + 1, values.rows));
    begin = end;
  }
  return sum;
}

/** The longest usual text of a type of fixed width. */
function widest(type: ColumnType): number {
  switch (type.kind) {
    case 'bool':
      return 5;
    case 'int':
      return { 8: 4, 16: 6, 32: 11, 64: 20 }[type.bits];
    case 'float':
      return 24;
    case 'decimal':
      return type.precision + Math.abs(type.scale) + 3;
    case 'binary':
      return Math.ceil((type.width ?? 0) / 3) * 4;
    case 'date':
      return 10;
    default:
      return 36;
  }
}
