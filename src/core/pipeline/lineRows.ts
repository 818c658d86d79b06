import type { Block, KeptColumn } from '../model/block.ts';
import { addRows, rowSumsOf, type LargestRow, type RowSums } from '../profile/rowFigures.ts';
import { heaviest, MOST_HEAVY, openRowTally } from '../profile/rowTally.ts';

/** The text of a row in a kept column that has no nulls. */
function keptText({ plain }: KeptColumn, row: number): string {
  const view = new DataView(plain.buffer, plain.byteOffset, plain.byteLength);
  let at = 0;
  for (let before = 0; before < row; before++) at += 4 + view.getUint32(at, true);
  const bytes = view.getUint32(at, true);
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(plain.subarray(at + 4, at + 4 + bytes));
}

/** Adds the lines of the next block, which brings its key columns along; `placeOf` says where a row of the block lies. */
export function addLineRows(
  sums: RowSums<LargestRow>,
  { lengths, kept }: Block,
  placeOf: (row: number) => Pick<LargestRow, 'file' | 'row'>,
): RowSums<LargestRow> {
  const tally = openRowTally(1);
  tally.add(lengths);
  const profile = tally.end();
  const [, ...key] = kept ?? [];
  // Only what is among the largest now has its key looked up.
  const least = sums.largest.length < MOST_HEAVY ? 0 : (sums.largest.at(-1)?.bytes ?? 0);
  const largest = heaviest(profile.largest.filter(({ bytes }) => bytes > least));
  const own = rowSumsOf({ ...profile, largest }, ({ row, bytes }): LargestRow => ({
    key: key.map((column) => keptText(column, row)),
    ...placeOf(row),
    bytes,
  }));
  return addRows(sums, { ...own, max: profile.largest[0]?.bytes ?? 0 });
}
