import { chunkSnapshot } from '../runs/runSnapshot.ts';
import { storedRun } from '../runs/storedRuns.ts';
import type { Configured } from './configured.ts';
import { openDrivenRuns } from './drivenRuns.ts';
import type { EngineConnection, TellLog } from './engineConnection.ts';
import { openPreparedRuns, type PreparedRuns } from './preparedRuns.ts';
import { openRunControl } from './runControl.ts';
import { openRunWatch, type RunWatch } from './runWatch.ts';
import { planProgress } from './serveJobs.ts';

function servePreparing(connection: EngineConnection, prepared: PreparedRuns): void {
  connection.answer('run/prepare', async (params, signal) => {
    const progress = planProgress(connection, params.id);
    return prepared.prepare(params, (rows) => progress(rows, 0), signal);
  });
  connection.answer('run/discard', async ({ preparedId }) => {
    await prepared.discard(preparedId);
    return null;
  });
}

/** Answers what is asked about runs; ends by stopping our own work on them, never the provider's. */
export function serveRuns(
  connection: EngineConnection,
  configured: Configured,
  log: TellLog,
): { readonly close: () => Promise<void> } {
  const prepared = openPreparedRuns(configured);
  let takesOver = false;
  const onChanged = (runId: string, problem: string | null): void => runs.changed(runId, problem);
  const driven = openDrivenRuns(
    {
      onProgress: (runId, news) => {
        if (news.kind === 'note') log('info', `Run ${runId}: ${news.message}`);
        runs.progress(runId, news);
      },
      onEnd: onChanged,
    },
    log,
  );
  const control = openRunControl({ configured, driven, onChanged, log });
  const runs: RunWatch = openRunWatch(configured.engine, driven.isHere, {
    onChange: (run) => connection.tell('run/changed', run),
    onRemoved: (runId) => connection.tell('run/removed', { runId }),
    onForsaken: (runId) => {
      if (takesOver) void control.resumeQuietly(runId);
    },
    onTrouble: (message) => log('warn', message),
  });
  servePreparing(connection, prepared);
  connection.answer('run/begin', async (params, signal) => {
    const made = await prepared.begin(params, signal);
    if ('unfinishedRunId' in made) {
      await control.resumeQuietly(made.unfinishedRunId);
      return { runId: made.unfinishedRunId };
    }
    const { runId } = made.begun.document;
    driven.start(made.engine, made.begun, { cancel: false });
    log('info', `Run ${runId} has begun.`);
    onChanged(runId, null);
    return { runId };
  });
  connection.answer('run/resume', async ({ runId, replaceResults }) => {
    await control.resume(runId, replaceResults);
    return null;
  });
  connection.answer('run/cancel', async ({ runId }) => {
    await control.cancel(runId);
    return null;
  });
  connection.answer('run/chunks', async ({ runId }) => {
    const run = await storedRun((await configured.engine()).stateFolder, runId);
    return [...run.chunks.values()].map((chunk) => chunkSnapshot(chunk, undefined));
  });
  connection.answer('runs/watch', () => runs.all());
  connection.answer('runs/resumeAll', async () => {
    takesOver = true;
    const resumed: string[] = [];
    for (const runId of await runs.forsaken()) if (await control.resumeQuietly(runId)) resumed.push(runId);
    return { resumed };
  });
  return {
    close: async () => {
      runs.close();
      await Promise.all([driven.close(), prepared.close()]);
    },
  };
}
