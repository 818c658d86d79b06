import { readRunDocument } from '../../engine/runs/runDocumentFile.ts';
import { openOwnedRun } from '../../platform/ownedRun.ts';
import { runFolder } from '../../platform/runFolders.ts';
import { systemClock } from '../../platform/systemClock.ts';
import type { CommandContext } from '../commandContext.ts';
import { driveAndReport } from './driveAndReport.ts';

export interface ResumeFlags {
  readonly json: boolean;
  readonly fault: readonly string[];
}

/** `tranche resume ID`: goes on with a run; refuses, naming the owner, while it lives elsewhere. */
export async function resume(runId: string, flags: ResumeFlags, context: CommandContext): Promise<number> {
  const folder = runFolder(context.engine.stateFolder, runId);
  const document = await readRunDocument(folder);
  const owned = await openOwnedRun(folder, 'CLI', systemClock());
  return driveAndReport(context, owned, document, { json: flags.json, faults: flags.fault, cancel: false });
}

/** `tranche cancel ID`: cancels a run's batches at the provider, keeps what they did, and ends the run. */
export async function cancel(runId: string, flags: ResumeFlags, context: CommandContext): Promise<number> {
  const folder = runFolder(context.engine.stateFolder, runId);
  const document = await readRunDocument(folder);
  const owned = await openOwnedRun(folder, 'CLI', systemClock());
  return driveAndReport(context, owned, document, { json: flags.json, faults: flags.fault, cancel: true });
}
