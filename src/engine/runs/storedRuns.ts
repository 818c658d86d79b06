import { replayRun } from '../../core/runs/replay.ts';
import type { RunState } from '../../core/runs/runState.ts';
import { isTrancheError } from '../../core/errors.ts';
import { readJournal } from '../../platform/journalFile.ts';
import { journalPath, listRunIds, runFolder } from '../../platform/runFolders.ts';
import { TrancheError } from '../../core/errors.ts';

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

/** The newest unfinished run of a plan at a provider, if there is one. */
export async function unfinishedRun(stateFolder: string, planHash: string, provider: string): Promise<RunState | null> {
  const { runs } = await storedRuns(stateFolder);
  const isIt = ({ created, finished }: RunState): boolean =>
    finished === null && created.planHash === planHash && created.provider.name === provider;
  return runs.find(isIt) ?? null;
}
