import { isTrancheError, messageOf } from '../../core/errors.ts';
import { requestCancel } from '../../platform/cancelRequest.ts';
import { leaseOwner } from '../../platform/lease.ts';
import { providerNamed } from '../../platform/machineConfig.ts';
import { leasePath, runFolder } from '../../platform/runFolders.ts';
import { findRun, takeRun } from '../runs/takeRun.ts';
import type { Configured } from './configured.ts';
import { openDrivenRuns } from './drivenRuns.ts';
import type { EngineConnection, TellLog } from './engineConnection.ts';
import { openPreparedRuns } from './preparedRuns.ts';
import { openRunWatch, type RunWatch } from './runWatch.ts';
import { planProgress } from './serveJobs.ts';

/** Answers what is asked about runs; ends by stopping our own work on them, never the provider's. */
export function serveRuns(
  connection: EngineConnection,
  configured: Configured,
  log: TellLog,
): { readonly close: () => Promise<void> } {
  const prepared = openPreparedRuns(configured);
  let takesOver = false;
  const driven = openDrivenRuns(
    {
      onProgress: (runId, news) => {
        if (news.kind === 'note') log('info', `Run ${runId}: ${news.message}`);
        runs.progress(runId, news);
      },
      onEnd: (runId, problem) => runs.changed(runId, problem),
    },
    log,
  );
  const runs: RunWatch = openRunWatch(configured.engine, driven.isHere, {
    onChange: (run) => connection.tell('run/changed', run),
    onRemoved: (runId) => connection.tell('run/removed', { runId }),
    onForsaken: (runId) => {
      if (takesOver) void resumeQuietly(runId);
    },
    onTrouble: (message) => log('warn', message),
  });

  /** Takes a run and drives it; one that is driven here already, or has ended, stays as it is. */
  const resume = async (runId: string, replace: boolean): Promise<void> => {
    if (driven.isHere(runId)) return;
    const engine = await configured.engine();
    const found = await findRun(engine, runId);
    if (found.run.finished !== null) return;
    engine.apiKey(providerNamed(engine.config, found.run.created.provider.name));
    driven.start(engine, await takeRun(engine, found, { replace, cancel: false }));
    runs.changed(runId, null);
  };
  const resumeQuietly = async (runId: string): Promise<boolean> => {
    try {
      await resume(runId, false);
      return driven.isHere(runId);
    } catch (error) {
      if (isTrancheError(error, 'owned')) return false; // another process was quicker
      log('warn', `Run ${runId} could not go on: ${messageOf(error)}`);
      runs.changed(runId, messageOf(error));
      return false;
    }
  };
  const cancel = async (runId: string): Promise<void> => {
    if (driven.cancel(runId)) return;
    const engine = await configured.engine();
    const found = await findRun(engine, runId);
    if (found.run.finished !== null) return;
    const folder = runFolder(engine.stateFolder, runId);
    if ((await leaseOwner(leasePath(folder)))?.isLiving === true) return requestCancel(folder);
    engine.apiKey(providerNamed(engine.config, found.run.created.provider.name));
    try {
      driven.start(engine, await takeRun(engine, found, { replace: false, cancel: true }));
    } catch (error) {
      if (!isTrancheError(error, 'owned')) throw error;
      return requestCancel(folder);
    }
    driven.cancel(runId);
    runs.changed(runId, null);
  };

  connection.answer('run/prepare', async (params, signal) => {
    const progress = planProgress(connection, params.id);
    return prepared.prepare(params, (rows) => progress(rows, 0), signal);
  });
  connection.answer('run/begin', async (params, signal) => {
    const made = await prepared.begin(params, signal);
    if ('unfinishedRunId' in made) {
      await resumeQuietly(made.unfinishedRunId);
      return { runId: made.unfinishedRunId };
    }
    const { runId } = made.begun.document;
    driven.start(await configured.engine(), made.begun);
    log('info', `Run ${runId} has begun.`);
    runs.changed(runId, null);
    return { runId };
  });
  connection.answer('run/discard', async ({ preparedId }) => {
    await prepared.discard(preparedId);
    return null;
  });
  connection.answer('run/resume', async ({ runId, replaceResults }) => {
    await resume(runId, replaceResults);
    return null;
  });
  connection.answer('run/cancel', async ({ runId }) => {
    await cancel(runId);
    return null;
  });
  connection.answer('runs/watch', () => runs.all());
  connection.answer('runs/resumeAll', async () => {
    await runs.all();
    takesOver = true;
    const resumed: string[] = [];
    for (const runId of runs.forsaken()) if (await resumeQuietly(runId)) resumed.push(runId);
    return { resumed };
  });
  return {
    close: async () => {
      runs.close();
      await Promise.all([driven.close(), prepared.close()]);
    },
  };
}
