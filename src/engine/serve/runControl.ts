import { refuseOccupied } from '../../core/collect/writeResults.ts';
import { isTrancheError, messageOf } from '../../core/errors.ts';
import { requestCancel } from '../../platform/cancelRequest.ts';
import { leaseOwner } from '../../platform/lease.ts';
import { providerNamed } from '../../platform/machineConfig.ts';
import { openResultFolder } from '../../platform/resultFiles.ts';
import { leasePath, runFolder } from '../../platform/runFolders.ts';
import { findRun, takeRun, type FoundRun, type TakeOptions } from '../runs/takeRun.ts';
import type { Configured } from './configured.ts';
import type { DrivenRuns } from './drivenRuns.ts';
import type { TellLog } from './engineConnection.ts';

/** Goes on with runs that lie on this machine, and ends them. */
export interface RunControl {
  /**
   * Takes a run and drives it here; one that is driven here already, or has ended, stays as it is. `owned` names another owner; `exists` says that
   * only its results are left to write and those of another run lie there.
   */
  readonly resume: (runId: string, replaceResults: boolean) => Promise<void>;
  /** Does so without a person: what keeps the run from going on becomes its problem. True when it is driven here afterwards. */
  readonly resumeQuietly: (runId: string) => Promise<boolean>;
  /** Resolves once the run is asked to be cancelled, by whoever drives it. */
  readonly cancel: (runId: string) => Promise<void>;
}

export interface RunControlParts {
  readonly configured: Configured;
  readonly driven: DrivenRuns;
  readonly onChanged: (runId: string, problem: string | null) => void;
  readonly log: TellLog;
}

/** Where nothing is left but to write the results, it can be told at once that there is no place for them. */
async function checkResults({ run, document }: FoundRun, replace: boolean): Promise<void> {
  if ([...run.chunks.values()].some(({ rowCounts }) => rowCounts === null)) return;
  const { runId, resultsUri } = run.created;
  const newcomer = { folder: openResultFolder(resultsUri, runId), runId, replace: document.replace || replace };
  await refuseOccupied(newcomer, new AbortController().signal);
}

/** Controls runs for this process. */
export function openRunControl({ configured, driven, onChanged, log }: RunControlParts): RunControl {
  /** True unless the run has ended or is driven here. */
  const take = async (runId: string, how: TakeOptions): Promise<boolean> => {
    if (driven.isHere(runId)) return false;
    const engine = await configured.engine();
    const found = await findRun(engine, runId);
    if (found.run.finished !== null) return false;
    await checkResults(found, how.replace);
    engine.apiKey(providerNamed(engine.config, found.run.created.provider.name));
    driven.start(engine, await takeRun(engine, found, how), how);
    onChanged(runId, null);
    return true;
  };
  const resume = async (runId: string, replace: boolean): Promise<void> => {
    await take(runId, { replace, cancel: false });
  };
  return {
    resume,
    resumeQuietly: async (runId) => {
      try {
        await resume(runId, false);
      } catch (error) {
        if (isTrancheError(error, 'owned')) return false; // another process was quicker
        log('warn', `Run ${runId} could not go on: ${messageOf(error)}`);
        onChanged(runId, messageOf(error));
      }
      return driven.isHere(runId);
    },
    cancel: async (runId) => {
      if (driven.cancel(runId)) return;
      const folder = runFolder((await configured.engine()).stateFolder, runId);
      const owner = await leaseOwner(leasePath(folder));
      if (owner?.isLiving === true) return requestCancel(folder);
      try {
        await take(runId, { replace: false, cancel: true });
      } catch (error) {
        if (!isTrancheError(error, 'owned')) throw error;
        await requestCancel(folder); // taken meanwhile
      }
    },
  };
}
