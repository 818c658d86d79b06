import { TrancheError } from '../errors.ts';
import type { FoundRow } from '../model/block.ts';
import type { Fragment } from '../model/dataset.ts';
import { scanBlocks } from './scanBlocks.ts';
import type { ScanSetup } from './scanSetup.ts';
import type { WorkPool } from './workPool.ts';

function sentence(first: FoundRow & { place: number }, second: FoundRow & { place: number }): string {
  const key = (row: FoundRow): string => row.key.map((part) => JSON.stringify(part)).join(', ');
  const rows = `Rows ${first.place + 1} and ${second.place + 1}`;
  if (key(first) === key(second)) return `${rows} have the same key ${key(first)}`;
  return `${rows} (keys ${key(first)} and ${key(second)}) have the same custom_id ${JSON.stringify(first.id)}`;
}

/**
 * Settles repeated hashes by value: reads the keys once more and throws `badData` naming the first two rows that really share an id.
 * Different ids with equal hashes are no error.
 */
export async function refuseRepeatedIds(
  repeated: readonly bigint[],
  setup: ScanSetup,
  fragments: readonly Fragment[],
  limit: number | null,
  pool: WorkPool,
  signal: AbortSignal,
): Promise<void> {
  if (repeated.length === 0) return;
  const seen = new Map<string, FoundRow & { place: number }>();
  const finding: ScanSetup = { ...setup, mode: 'find', tokens: null, wantedHashes: repeated };
  for await (const { block, firstRow, release } of scanBlocks(pool, finding, fragments, limit, signal)) {
    for (const found of block.found) {
      const row = { ...found, place: firstRow + found.row };
      const before = seen.get(found.id);
      if (before) {
        const where = setup.dataset.uri;
        throw new TrancheError(
          'badData',
          `${where}: ${sentence(before, row)}; keys must be unique: name more key columns, or remove the repeats.`,
        );
      }
      seen.set(found.id, row);
    }
    release();
  }
}
