import { runStatus, type RunState } from '../../core/runs/runState.ts';
import { storedRun, storedRuns } from '../../engine/runs/storedRuns.ts';
import type { CommandContext } from '../commandContext.ts';
import { writeJson, writeOut } from '../output.ts';
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
export async function runs(flags: { readonly json: boolean }, { engine }: CommandContext): Promise<number> {
  const { runs: found, damaged } = await storedRuns(engine.stateFolder);
  for (const { runId, message } of damaged) process.stderr.write(`tranche: run ${runId}: ${message}\n`);
  if (flags.json) await writeJson(found.map(runJson));
  else await writeOut(`${runsText(found)}\n`);
  return 0;
}

/** `tranche status ID`: one run with its chunks. */
export async function status(
  runId: string,
  flags: { readonly json: boolean },
  { engine }: CommandContext,
): Promise<number> {
  const run = await storedRun(engine.stateFolder, runId);
  if (!flags.json) {
    await writeOut(`${statusText(run, null)}\n`);
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
  await writeJson({ ...runJson(run), chunkList: chunks });
  return 0;
}
