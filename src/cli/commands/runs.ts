import { runStatus, type RunState } from '../../core/runs/runState.ts';
import { storedRun, storedRuns } from '../../engine/runs/storedRuns.ts';
import { leaseOwner } from '../../platform/lease.ts';
import { leasePath, runFolder } from '../../platform/runFolders.ts';
import type { CommandContext } from '../commandContext.ts';
import { runsText, statusText } from '../print/runText.ts';

function runJson(run: RunState): object {
  const { runId, planHash, job, provider, model, endpoint, rows, greatestCostUsd, resultsUri } = run.created;
  const chunks = [...run.chunks.values()];
  return {
    runId,
    state: runStatus(run),
    planHash,
    job,
    provider: provider.name,
    endpoint,
    model,
    createdAt: new Date(run.createdAtMs).toISOString(),
    lastEventAt: new Date(run.lastEventAtMs).toISOString(),
    rows: run.finished?.counts ?? { in: rows },
    batches: { created: run.batchesCreated },
    chunks: { total: chunks.length, done: chunks.filter(({ phase }) => phase === 'done').length },
    greatestCostUsd,
    results: resultsUri,
  };
}

/** `tranche runs`: the runs of this machine, newest first. */
export async function runs(
  flags: { readonly json: boolean },
  { engine, output, progress }: CommandContext,
): Promise<number> {
  const { runs: found, damaged } = await storedRuns(engine.stateFolder);
  for (const { runId, message } of damaged) progress.note(`tranche: run ${runId}: ${message}`);
  if (flags.json) await output.json(found.map(runJson));
  else await output.text(`${runsText(found)}\n`);
  return 0;
}

/** `tranche status ID`: one run with its chunks. */
export async function status(
  runId: string,
  flags: { readonly json: boolean },
  { engine, output }: CommandContext,
): Promise<number> {
  const run = await storedRun(engine.stateFolder, runId);
  if (!flags.json) {
    const owner = await leaseOwner(leasePath(runFolder(engine.stateFolder, runId)));
    await output.text(`${statusText(run, owner)}\n`);
    return 0;
  }
  const chunks = [...run.chunks.values()].map(
    ({ index, phase, attempt, rows, requests, bytes, batchId, status: state, counts, rowCounts, message }) => ({
      index,
      phase,
      attempt,
      rows,
      requests,
      bytes,
      batchId,
      status: state,
      counts,
      outcomes: rowCounts,
      message,
    }),
  );
  await output.json({ ...runJson(run), chunkList: chunks });
  return 0;
}
