import type { ChunkRun, KeptRowsWriter } from '../collect/keptRowsWriter.ts';
import type { Block } from '../model/block.ts';
import type { CutPiece } from '../plan/cutChunks.ts';

/** Row runs of a block by chunk: a row without a line is in none (0). */
function chunkRuns(block: Block, pieces: readonly CutPiece[]): ChunkRun[] {
  const runs: { chunk: number; rows: number }[] = [];
  const push = (chunk: number, rows: number): void => {
    const last = runs.at(-1);
    if (last?.chunk === chunk) last.rows += rows;
    else if (rows > 0) runs.push({ chunk, rows });
  };
  for (const { chunk, fromRow, toRow } of pieces) {
    if (block.skipped.length === 0) push(chunk, toRow - fromRow);
    else for (let row = fromRow; row < toRow; row++) push(block.lengths[row] === 0 ? 0 : chunk, 1);
  }
  return runs;
}

/** Keeps a block's rows with the chunks they were cut into; does nothing without a writer. */
export async function keepRows(
  writer: KeptRowsWriter | null,
  block: Block,
  pieces: readonly CutPiece[],
): Promise<void> {
  await writer?.add(block.rows, block.kept ?? [], chunkRuns(block, pieces), block.skipped);
}
