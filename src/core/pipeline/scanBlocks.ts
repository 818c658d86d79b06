import { TrancheError } from '../errors.ts';
import type { Block, KeptColumn } from '../model/block.ts';
import type { Fragment } from '../model/dataset.ts';
import type { ScanSetup } from './scanSetup.ts';
import type { WorkPool } from './workPool.ts';

/** A block with its place in the dataset. */
export interface PlacedBlock {
  readonly block: Block;
  /** Row of its first row, from 0 over the whole dataset. */
  readonly firstRow: number;
  /** Index into the fragments that were given. */
  readonly fragment: number;
  readonly release: () => void;
}

/** The first `rows` rows of a kept column: PLAIN values are walked by their lengths. */
function firstKept({ plain, validity }: KeptColumn, rows: number): KeptColumn {
  let present = 0;
  for (let row = 0; row < rows; row++) present += validity === null ? 1 : ((validity[row >> 3] ?? 0) >> (row & 7)) & 1;
  const view = new DataView(plain.buffer, plain.byteOffset, plain.byteLength);
  let end = 0;
  for (let value = 0; value < present; value++) end += 4 + view.getUint32(end, true);
  return { plain: plain.subarray(0, end), validity, nulls: rows - present };
}

/** The first `rows` rows of a block. */
function firstRows(block: Block, rows: number): Block {
  const lengths = block.lengths.subarray(0, rows);
  const end = lengths.reduce((sum, length) => sum + length, 0);
  return {
    ...block,
    rows,
    lengths,
    bytes: block.bytes?.subarray(0, end) ?? null,
    tokens: block.tokens?.subarray(0, rows) ?? null,
    idHashes: block.idHashes.subarray(0, rows),
    sampled: block.sampled.filter((sampled) => sampled.row < rows),
    skipped: block.skipped.filter((skipped) => skipped.row < rows),
    found: block.found.filter((found) => found.row < rows),
    kept: block.kept?.map((column) => firstKept(column, rows)) ?? null,
    fatal: block.fatal !== null && block.fatal.row < rows ? block.fatal : null,
  };
}

/**
 * The blocks of all fragments in dataset order, up to `limit` rows. A fatal row ends it with a `badData` sentence that names the file and the row.
 */
export async function* scanBlocks(
  pool: WorkPool,
  setup: ScanSetup,
  fragments: readonly Fragment[],
  limit: number | null,
  signal: AbortSignal,
): AsyncGenerator<PlacedBlock> {
  let firstRow = 0;
  let file = -1;
  let rowsBeforeFile = 0;
  for await (const { fragment, output, release } of pool.run('scan', setup, fragments, signal)) {
    const at = fragments[fragment]?.file ?? 0;
    if (at !== file) rowsBeforeFile = firstRow;
    file = at;
    const left = (limit ?? Infinity) - firstRow;
    const block = output.rows > left ? firstRows(output, left) : output;
    yield { block, firstRow, fragment, release };
    firstRow += block.rows;
    if (block.fatal && block.fatal.row < left) {
      const row = firstRow - block.rows + block.fatal.row - rowsBeforeFile + 1;
      throw new TrancheError('badData', `${setup.dataset.files[file]?.uri ?? ''}, row ${row} ${block.fatal.problem}`);
    }
    if (block.rows === left) return;
  }
}
