import type { Kernel } from '../../../kernel/kernel.ts';
import type { TextColumn } from '../../../kernel/textColumn.ts';
import type { Presence } from './arrayParts.ts';
import { childOf, isPresent, rowBytes, type ArrowArray } from './arrowArray.ts';
import { withTexts } from './withTexts.ts';

/** The texts that `rows` u32 indexes at `indexes` pick from a column of `count` rows; a plain Error for an index past them. */
export function pickText(
  kernel: Kernel,
  rows: number,
  indexes: number,
  presence: Presence,
  source: TextColumn,
  count: number,
): TextColumn {
  const bytes = kernel.pickBytes(indexes, rows, presence.validity, source.offsets, count);
  if (bytes < 0) throw new Error('an index points past its dictionary');
  let { validity, nulls } = presence;
  if (source.nulls > 0) {
    const both = kernel.reserve(Math.ceil(rows / 8));
    nulls = kernel.pickValidity(indexes, rows, validity, source.validity, both);
    validity = nulls > 0 ? both : 0;
  }
  return withTexts(kernel, rows, bytes, validity, nulls, (offsets, out) =>
    kernel.pick(indexes, rows, validity, source.offsets, source.values, offsets, out),
  );
}

/** Dictionary indexes of rows [from, to) as u32 in the kernel; what is not in [0, 2^32) becomes the greatest u32, which no dictionary has. */
export function dictionaryIndexes(kernel: Kernel, array: ArrowArray, from: number, to: number): number {
  const { layout } = array.field;
  if (layout.kind !== 'dictionary') throw new Error('it is not a dictionary');
  const raw = rowBytes(array.buffers[0], layout.bits / 8, from, to);
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const read = reader(view, layout.bits, layout.signed);
  const at = kernel.reserve((to - from) * 4);
  const indexes = new Uint32Array(kernel.bytes(at, 4).buffer, at, to - from);
  for (let row = 0; row < indexes.length; row++) {
    const index = read(row);
    indexes[row] = index >= 0 && index < 0xffffffff ? index : 0xffffffff;
  }
  return at;
}

function reader(view: DataView, bits: 8 | 16 | 32 | 64, signed: boolean): (row: number) => number {
  switch (bits) {
    case 8:
      return signed ? (row) => view.getInt8(row) : (row) => view.getUint8(row);
    case 16:
      return signed ? (row) => view.getInt16(row * 2, true) : (row) => view.getUint16(row * 2, true);
    case 32:
      return signed ? (row) => view.getInt32(row * 4, true) : (row) => view.getUint32(row * 4, true);
    case 64:
      return (row) => Number(view.getBigInt64(row * 8, true));
  }
}

/** For rows [from, to) the run each lies in, counted from the first of these runs; [first, last) are the runs. */
export function runIndexes(
  kernel: Kernel,
  array: ArrowArray,
  from: number,
  to: number,
): { indexes: number; first: number; last: number } {
  const ends = runEnds(childOf(array, 0));
  const at = kernel.reserve((to - from) * 4);
  if (from === to) return { indexes: at, first: 0, last: 0 };
  const indexes = new Uint32Array(kernel.bytes(at, 4).buffer, at, to - from);
  let run = ends.findIndex((end) => end > from);
  const first = run;
  for (let row = from; row < to; row++) {
    while (run >= 0 && run < ends.length && (ends[run] ?? 0) <= row) run++;
    if (run < 0 || run >= ends.length) throw new Error('its runs end before its rows');
    indexes[row - from] = run - first;
  }
  return { indexes: at, first, last: run + 1 };
}

/** The ends of all runs. */
export function runEnds(array: ArrowArray): Float64Array {
  const { type } = array.field;
  if (type.kind !== 'int' || type.bits === 8) throw new Error('its run ends are not whole numbers');
  const raw = rowBytes(array.buffers[0], type.bits / 8, 0, array.rows);
  const read = reader(new DataView(raw.buffer, raw.byteOffset, raw.byteLength), type.bits, true);
  const ends = new Float64Array(array.rows);
  for (let run = 0; run < ends.length; run++) {
    const end = read(run);
    if (!isPresent(array, run) || end <= (run === 0 ? 0 : (ends[run - 1] ?? 0))) {
      throw new Error('its run ends do not rise');
    }
    ends[run] = end;
  }
  return ends;
}
