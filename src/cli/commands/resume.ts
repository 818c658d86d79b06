import type { RunDocument } from '../../core/pipeline/runDocument.ts';
import { endOf } from '../../core/runs/driveRun.ts';
import { replayRun } from '../../core/runs/replay.ts';
import { checkFaults } from '../../engine/runs/checkFaults.ts';
import { finishedResults } from '../../engine/runs/finishedRun.ts';
import { readRunDocument } from '../../engine/runs/runDocumentFile.ts';
import { checkCapToGoOn } from '../../engine/runs/spendingCap.ts';
import { storedRun } from '../../engine/runs/storedRuns.ts';
import { readJournal } from '../../platform/journalFile.ts';
import { openOwnedRun } from '../../platform/ownedRun.ts';
import { journalPath, runFolder } from '../../platform/runFolders.ts';
import { systemClock } from '../../platform/systemClock.ts';
import type { CommandContext } from '../commandContext.ts';
import { usdText } from '../print/units.ts';
import { driveAndReport } from './driveAndReport.ts';
import { announceRun, reportRun } from './reportRun.ts';

export interface ResumeFlags {
  readonly json: boolean;
  /** Results of another run may be overwritten. */
  readonly replace: boolean;
  readonly fault: readonly string[];
  /** Cancels the run's batches at the provider, keeps what they did, and ends the run. */
  readonly cancel: boolean;
}

/** `tranche resume ID` and `tranche cancel ID`: go on with a run or end it; refused, naming the owner, while it lives elsewhere. */
export async function resume(runId: string, flags: ResumeFlags, context: CommandContext): Promise<number> {
  const { engine, progress } = context;
  const folder = runFolder(engine.stateFolder, runId);
  const run = await storedRun(engine.stateFolder, runId);
  const written = await readRunDocument(folder);
  if (run.finished) {
    const { state } = endOf(run);
    if (flags.json) await announceRun(context, written);
    progress.note(`Run ${runId} is ${state} already; nothing is left to ${flags.cancel ? 'cancel' : 'do'}.`);
    return reportRun(context, run, endOf(run), await finishedResults(run), flags.json);
  }
  const document: RunDocument = { ...written, replace: written.replace || flags.replace };
  await checkFaults(flags.fault, run.created.provider.rehearsal);
  if (!flags.cancel) await checkCapToGoOn(engine, run, document, usdText);
  const owned = await openOwnedRun(folder, 'CLI', systemClock());
  const now = replayRun(await readJournal(journalPath(folder)));
  const { json, fault, cancel } = flags;
  return driveAndReport(context, { owned, document, run: now }, { json, faults: fault, cancel });
}
