import type { CutPiece } from './cutChunks.ts';

/** Rows [firstRow, endRow) of the whole dataset, from the first line of a chunk to one past its last. */
export interface PlannedRows {
  readonly index: number;
  readonly firstRow: number;
  readonly endRow: number;
}

/** Cuts rows where a plan has cut them; `firstRow` is the first row that is added. Rows between chunks are pieces of chunk 0. */
export function openPlannedCutter(
  chunks: readonly PlannedRows[],
  firstRow: number,
): { readonly add: (lengths: Uint32Array) => CutPiece[] } {
  let row = firstRow;
  let next = 0;
  return {
    add: (lengths) => {
      const pieces: CutPiece[] = [];
      for (let from = 0; from < lengths.length;) {
        while ((chunks[next]?.endRow ?? Infinity) <= row + from) next++;
        const chunk = chunks[next];
        const isInside = chunk !== undefined && chunk.firstRow <= row + from;
        const end = isInside ? chunk.endRow : (chunk?.firstRow ?? Infinity);
        const toRow = Math.min(lengths.length, end - row);
        const bytes = lengths.subarray(from, toRow).reduce((sum, length) => sum + length, 0);
        pieces.push({ chunk: isInside ? chunk.index : 0, fromRow: from, toRow, bytes });
        from = toRow;
      }
      row += lengths.length;
      return pieces;
    },
  };
}
