import type { Fragment } from '../model/dataset.ts';
import type { PlannedRows } from '../plan/plannedCutter.ts';

/** Fragments that are read, with rows [firstRow, endRow) of the whole dataset; more may come behind `endRow`. */
export interface FragmentSpan {
  readonly fragments: readonly Fragment[];
  readonly firstRow: number;
  readonly endRow: number;
}

/** Chunks of a plan that are rendered again, or at last. */
export interface PlanPart {
  /** All chunks of the plan. */
  readonly chunks: readonly PlannedRows[];
  readonly wanted: ReadonlySet<number>;
}

/** Leaves out the fragments before the first and behind the last wanted chunk, as far as metadata tells their rows. */
export function wantedFragments(fragments: readonly Fragment[], { chunks, wanted }: PlanPart): FragmentSpan {
  const rows = chunks.filter(({ index }) => wanted.has(index));
  const from = rows.reduce((least, { firstRow }) => Math.min(least, firstRow), Infinity);
  const to = rows.reduce((most, { endRow }) => Math.max(most, endRow), 0);
  let firstRow = 0;
  let first = 0;
  for (let own = fragments[0]?.rows; own !== undefined && own !== null && firstRow + own <= from;) {
    firstRow += own;
    own = fragments[++first]?.rows;
  }
  let end = first;
  for (let row: number | null = firstRow; end < fragments.length && (row ?? 0) < to; end++) {
    const own: number | null = fragments[end]?.rows ?? null;
    row = row === null || own === null ? null : row + own;
  }
  return { fragments: fragments.slice(first, end), firstRow, endRow: to };
}
