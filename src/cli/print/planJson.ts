import type { CostBound, NotPlanned, Plan } from '../../core/model/plan.ts';

/** A key as scripts read it: the text of a single key column, a list for several. */
function keyJson(key: readonly string[]): string | readonly string[] {
  const [only] = key;
  return key.length === 1 && only !== undefined ? only : key;
}

/** The greatest cost as a figure, with what it is made of. */
export function costJson({ greatest, input, output, pricesAsOf, warnings }: CostBound): object {
  return { ...greatest, input, output, pricesAsOf, warnings };
}

const notPlannedJson = ({ key, row, reason, detail }: NotPlanned): object => ({
  key: keyJson(key),
  row,
  reason,
  detail,
});

/** What `tranche plan --json` prints. */
export function planJson(plan: Plan): object {
  const { planHash, dataset, rows, limits, chunks, notPlanned, notPlannedRows, tokens, cost, warnings } = plan;
  return {
    planHash,
    dataset,
    rows,
    limits,
    chunks: chunks.map(({ index, rows: planned, bytes, requests, tokens: counted, closedBy }) => ({
      index,
      rows: planned,
      bytes,
      requests,
      tokens: counted,
      closedBy,
    })),
    notPlanned: notPlanned.map(notPlannedJson),
    notPlannedRows,
    tokens,
    cost: costJson(cost),
    warnings,
  };
}
