import type { Kernel } from '../../../kernel/kernel.ts';
import type { TextColumn } from '../../../kernel/textColumn.ts';
import type { Presence } from './arrayParts.ts';
import { rowError } from './rowError.ts';
import { withTexts } from './withTexts.ts';

/** A text column of checked offsets (from 0) and bytes that are not checked yet: the row error of the first value that is not UTF-8. */
export function utf8Text(
  kernel: Kernel,
  rows: number,
  offsets: number,
  values: number,
  presence: Presence,
): TextColumn {
  const length = kernel.ints(offsets, rows + 1)[rows] ?? 0;
  if (kernel.validUtf8(values, values + length) === 0 || kernel.splitCharacter(offsets, values, rows, length) >= 0) {
    throw rowError('a value is not UTF-8', firstBadRow(kernel, rows, offsets, values));
  }
  const { validity, nulls } = presence;
  if (nulls === 0 || kernel.nullHasText(offsets, rows, validity) === 0) return { offsets, values, validity, nulls };
  const rowNumbers = kernel.reserve(rows * 4);
  const all = kernel.ints(rowNumbers, rows);
  for (let row = 0; row < rows; row++) all[row] = row;
  return withTexts(kernel, rows, length, validity, nulls, (to, out) =>
    kernel.pick(rowNumbers, rows, validity, offsets, values, to, out),
  );
}

function firstBadRow(kernel: Kernel, rows: number, offsets: number, values: number): number {
  const ends = kernel.ints(offsets, rows + 1);
  for (let row = 0; row < rows; row++) {
    const from = ends[row] ?? 0;
    if (kernel.validUtf8(values + from, values + (ends[row + 1] ?? from)) === 0) return row;
  }
  return rows;
}
