import { TrancheError } from '../errors.ts';
import { ROW_OUTCOMES, type RowCounts, type RowOutcome } from '../model/outcome.ts';

/** Counts with nothing in them but some rows of one outcome. */
export function countsOf(outcome: RowOutcome, rows: number): RowCounts {
  const none = Object.fromEntries(ROW_OUTCOMES.map((name) => [name, 0])) as Record<RowOutcome, number>;
  return { ...none, [outcome]: rows, in: rows };
}

/** The sum of counts, outcome by outcome. */
export function sumCounts(all: readonly RowCounts[]): RowCounts {
  const total = { ...countsOf('ok', 0) };
  for (const counts of all) {
    total.in += counts.in;
    for (const outcome of ROW_OUTCOMES) total[outcome] += counts[outcome];
  }
  return total;
}

/** The counts, if every one of `rows` rows is in them exactly once; otherwise an `internal` error, never a wrong sum. */
export function checkCounts(counts: RowCounts, rows: number, what: string): RowCounts {
  const sum = ROW_OUTCOMES.reduce((total, outcome) => total + counts[outcome], 0);
  if (counts.in === rows && sum === rows) return counts;
  throw new TrancheError(
    'internal',
    `The rows of ${what} do not add up: ${rows} went in, ${sum} came out. Please report this; nothing was lost.`,
  );
}
