import type { RunDocument } from '../../core/pipeline/runDocument.ts';
import type { RunState } from '../../core/runs/runState.ts';
import type { RunEnd } from '../../core/runs/runPorts.ts';
import { actualCostUsd } from '../../engine/runs/actualCost.ts';
import type { FoundResults } from '../../engine/runs/finishedRun.ts';
import type { CommandContext } from '../commandContext.ts';
import { costJson } from '../print/planJson.ts';
import { runEndText } from '../print/runText.ts';

/** The first line of a run's JSON, whether it begins, goes on or is done. */
export async function announceRun({ output }: CommandContext, { runId, plan }: RunDocument): Promise<void> {
  const { planHash, rows, chunks, cost, warnings } = plan;
  await output.jsonLine({ type: 'run', runId, planHash, rows, chunks: chunks.length, cost: costJson(cost), warnings });
}

/** Prints the end of a run; the exit code is what its rows say. */
export async function reportRun(
  { engine, output }: CommandContext,
  { created }: Pick<RunState, 'created'>,
  end: RunEnd,
  results: FoundResults | null,
  json: boolean,
): Promise<number> {
  const costUsd = actualCostUsd(engine.config, created, results);
  if (json) {
    await output.jsonLine({
      type: 'end',
      runId: created.runId,
      state: end.state,
      rows: end.counts,
      batches: { created: end.batchesCreated, unsettled: end.unsettled.length },
      costUsd,
      results: results?.results ?? [],
      failures: results?.failures ?? null,
    });
  } else await output.text(`${runEndText(created.runId, end, results, costUsd)}\n`);
  if (end.state === 'unsettled') return 1;
  return end.counts.ok === end.counts.in ? 0 : 3;
}
