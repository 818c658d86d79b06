import { open } from 'node:fs/promises';
import { replayRun } from '../../core/runs/replay.ts';
import type { RunProvider } from '../../core/runs/runEvents.ts';
import type { RunState } from '../../core/runs/runState.ts';
import { isTrancheError, TrancheError } from '../../core/errors.ts';
import { isCancelRequested } from '../../platform/cancelRequest.ts';
import { readJournal } from '../../platform/journalFile.ts';
import { journalPath, listRunIds, runFolder } from '../../platform/runFolders.ts';

/** A journal's first event names its plan within this. */
const HEAD_BYTES = 4096;

/** The state of a run of this machine as its journal tells it, whoever drives it; `notFound` where there is none. */
export async function storedRun(stateFolder: string, runId: string): Promise<RunState> {
  const records = await readJournal(journalPath(runFolder(stateFolder, runId)));
  if (records.length > 0) return replayRun(records);
  throw new TrancheError('notFound', `There is no run ${runId} on this machine; list them with: tranche runs`);
}

/** All runs of this machine, newest first; those whose journal is damaged come as their sentence. */
export async function storedRuns(
  stateFolder: string,
): Promise<{ runs: RunState[]; damaged: { runId: string; message: string }[] }> {
  const runs: RunState[] = [];
  const damaged: { runId: string; message: string }[] = [];
  for (const runId of await listRunIds(stateFolder)) {
    try {
      runs.push(await storedRun(stateFolder, runId));
    } catch (error) {
      if (!isTrancheError(error)) throw error;
      if (error.code !== 'notFound') damaged.push({ runId, message: error.message });
    }
  }
  return { runs, damaged };
}

/** False where a run's journal begins with another plan: most runs need not be read any further. */
async function mayBeOf(stateFolder: string, runId: string, planHash: string): Promise<boolean> {
  const handle = await open(journalPath(runFolder(stateFolder, runId))).catch(() => null); // whoever reads on meets the error
  if (!handle) return true;
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    const found = /"planHash":"([0-9a-f]*)"/.exec(buffer.toString('utf8', 0, bytesRead))?.[1];
    return found === undefined || found === planHash;
  } finally {
    await handle.close();
  }
}

/** The newest unfinished run of a plan at the same place of a provider, if there is one; a run that is being cancelled is none to go on with. */
export async function unfinishedRun(
  stateFolder: string,
  planHash: string,
  { name, baseUrl, project }: RunProvider,
): Promise<RunState | null> {
  const isIt = ({ created, finished, cancelRequested }: RunState): boolean =>
    finished === null &&
    !cancelRequested &&
    created.planHash === planHash &&
    created.provider.name === name &&
    created.provider.baseUrl === baseUrl &&
    created.provider.project === project;
  for (const runId of await listRunIds(stateFolder)) {
    if (!(await mayBeOf(stateFolder, runId, planHash))) continue;
    const run = await storedRun(stateFolder, runId).catch((error: unknown) => {
      if (isTrancheError(error)) return null; // damaged, as tranche runs tells
      throw error;
    });
    if (run && isIt(run) && !(await isCancelRequested(runFolder(stateFolder, runId)))) return run;
  }
  return null;
}
