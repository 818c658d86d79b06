import type { RunDocument } from '../../core/pipeline/runDocument.ts';
import { replayRun } from '../../core/runs/replay.ts';
import type { RunState } from '../../core/runs/runState.ts';
import { isCancelRequested } from '../../platform/cancelRequest.ts';
import { readJournal } from '../../platform/journalFile.ts';
import { openOwnedRun } from '../../platform/ownedRun.ts';
import { journalPath, runFolder } from '../../platform/runFolders.ts';
import { systemClock } from '../../platform/systemClock.ts';
import type { Engine } from '../openEngine.ts';
import type { HeldRun } from './driveHere.ts';
import { readRunDocument } from './runDocumentFile.ts';
import { checkCapToGoOn } from './spendingCap.ts';
import { storedRun } from './storedRuns.ts';

/** A run of this machine before anybody takes it. */
export interface FoundRun {
  readonly run: RunState;
  readonly document: RunDocument;
}

/** A run by its id, whoever drives it; `notFound` where there is none. */
export async function findRun(engine: Engine, runId: string): Promise<FoundRun> {
  const run = await storedRun(engine.stateFolder, runId);
  return { run, document: await readRunDocument(runFolder(engine.stateFolder, runId)) };
}

export interface TakeOptions {
  /** Results of another run may be overwritten. */
  readonly replace: boolean;
  /** To cancel it, which may be asked for by a file as well: no cap speaks against that. */
  readonly cancel: boolean;
}

/**
 * Takes an unfinished run to go on with it: `owned`, naming the owner, while another process drives it; `budget` while it has chunks
 * to send and may cost more than the caps of now.
 */
export async function takeRun(engine: Engine, found: FoundRun, options: TakeOptions): Promise<HeldRun> {
  const { run, document } = found;
  const folder = runFolder(engine.stateFolder, run.created.runId);
  if (!options.cancel && !(await isCancelRequested(folder))) await checkCapToGoOn(engine, run, document);
  const owned = await openOwnedRun(folder, engine.surface, systemClock());
  try {
    const now = replayRun(await readJournal(journalPath(folder)));
    return { owned, document: { ...document, replace: document.replace || options.replace }, run: now };
  } catch (error) {
    await owned.close();
    throw error;
  }
}
