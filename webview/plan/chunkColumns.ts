import type { ClosedBy, PlannedChunk } from '../ui/shapes.ts';

/** One drawn column: a chunk, or several where there is no room for each. */
export interface ChunkColumn {
  /** Positions [from, to) in the plan's chunks. */
  readonly from: number;
  readonly to: number;
  readonly mostBytes: number;
  readonly leastBytes: number;
  /** The limit that closed most of them. */
  readonly closedBy: ClosedBy;
}

export interface ColumnLayout {
  readonly columns: readonly ChunkColumn[];
  /** Chunks in a column. */
  readonly each: number;
  /** Width of a column and the gap after it. */
  readonly slotPx: number;
  readonly gapPx: number;
}

const MOST_COLUMNS = 900;
const LEAST_SLOT_PX = 2;
const MOST_SLOT_PX = 72;

function columnOf(chunks: readonly PlannedChunk[], from: number, to: number): ChunkColumn {
  let [mostBytes, leastBytes] = [0, Infinity];
  const counts = new Map<ClosedBy, number>();
  for (const { bytes, closedBy } of chunks.slice(from, to)) {
    mostBytes = Math.max(mostBytes, bytes);
    leastBytes = Math.min(leastBytes, bytes);
    counts.set(closedBy, (counts.get(closedBy) ?? 0) + 1);
  }
  const [closedBy = 'end'] = [...counts].sort((one, other) => other[1] - one[1])[0] ?? [];
  return { from, to, mostBytes, leastBytes, closedBy };
}

/** Shares a width among all chunks: each gets a bar, or columns stand for as few of them as fit. */
export function chunkColumns(chunks: readonly PlannedChunk[], widthPx: number): ColumnLayout {
  const room = Math.max(1, Math.min(MOST_COLUMNS, Math.floor(widthPx / LEAST_SLOT_PX)));
  const each = Math.max(1, Math.ceil(chunks.length / room));
  const count = Math.ceil(chunks.length / each);
  const slotPx = Math.min(MOST_SLOT_PX, widthPx / Math.max(1, count));
  const gapPx = slotPx >= 12 ? 4 : slotPx >= 6 ? 2 : slotPx >= 4 ? 1 : 0;
  const columns = Array.from({ length: count }, (_, index) =>
    columnOf(chunks, index * each, Math.min(chunks.length, (index + 1) * each)),
  );
  return { columns, each, slotPx, gapPx };
}
