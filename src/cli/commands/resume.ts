import { isTrancheError } from '../../core/errors.ts';
import { endOf } from '../../core/runs/driveRun.ts';
import { checkFaults } from '../../engine/runs/checkFaults.ts';
import type { HeldRun } from '../../engine/runs/driveHere.ts';
import { finishedResults } from '../../engine/runs/finishedRun.ts';
import { findRun, takeRun, type FoundRun } from '../../engine/runs/takeRun.ts';
import { requestCancel } from '../../platform/cancelRequest.ts';
import { leaseOwner } from '../../platform/lease.ts';
import { leasePath, runFolder } from '../../platform/runFolders.ts';
import { systemClock } from '../../platform/systemClock.ts';
import type { CommandContext } from '../commandContext.ts';
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

/** How often it is looked whether the owner of a run has cancelled it. */
const LOOK_MS = 500;

async function reportEnded({ run, document }: FoundRun, flags: ResumeFlags, context: CommandContext): Promise<number> {
  const { state } = endOf(run);
  const { runId } = run.created;
  if (flags.json) await announceRun(context, document);
  context.progress.note(`Run ${runId} is ${state} already; nothing is left to ${flags.cancel ? 'cancel' : 'do'}.`);
  return reportRun(context, run, endOf(run), await finishedResults(run), flags.json);
}

/** Asks the owner of a run to cancel it and waits until it has; takes the run once its owner is gone. */
async function cancelElsewhere(
  found: FoundRun,
  flags: ResumeFlags,
  { engine, signal, progress }: CommandContext,
): Promise<{ readonly held: HeldRun } | { readonly ended: FoundRun }> {
  const { runId } = found.run.created;
  let isAsked = false;
  for (;;) {
    try {
      return { held: await takeRun(engine, found, flags) };
    } catch (error) {
      if (!isTrancheError(error, 'owned')) throw error;
      if (!isAsked) {
        isAsked = true;
        const folder = runFolder(engine.stateFolder, runId);
        await requestCancel(folder);
        const owner = await leaseOwner(leasePath(folder));
        progress.note(`Asked ${owner?.who ?? 'another process'}, which drives run ${runId}, to cancel it.`);
      }
    }
    await systemClock().sleep(LOOK_MS, signal);
    const now = await findRun(engine, runId);
    if (now.run.finished) return { ended: now };
  }
}

/** `tranche resume ID` and `tranche cancel ID`: go on with a run or end it. While it lives elsewhere the one is refused, naming the owner; the other is asked of it. */
export async function resume(runId: string, flags: ResumeFlags, context: CommandContext): Promise<number> {
  const { engine } = context;
  const found = await findRun(engine, runId);
  if (found.run.finished) return reportEnded(found, flags, context);
  await checkFaults(flags.fault, found.run.created.provider.rehearsal);
  const taken = flags.cancel
    ? await cancelElsewhere(found, flags, context)
    : { held: await takeRun(engine, found, flags) };
  if ('ended' in taken) return reportCancelled(taken.ended, flags, context);
  const { json, fault, cancel } = flags;
  return driveAndReport(context, taken.held, { json, faults: fault, cancel });
}

/** The end of a run that its owner has cancelled, as if it had been done here. */
async function reportCancelled(
  { run, document }: FoundRun,
  { json }: ResumeFlags,
  context: CommandContext,
): Promise<number> {
  if (json) await announceRun(context, document);
  return reportRun(context, run, endOf(run), await finishedResults(run), json);
}
