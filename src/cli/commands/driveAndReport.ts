import { isTrancheError, messageOf } from '../../core/errors.ts';
import type { RunProgress } from '../../core/runs/runPorts.ts';
import type { RunState } from '../../core/runs/runState.ts';
import { endOf } from '../../core/runs/driveRun.ts';
import { driveHere, type HeldRun } from '../../engine/runs/driveHere.ts';
import { storedRun } from '../../engine/runs/storedRuns.ts';
import type { CommandContext } from '../commandContext.ts';
import { openRunProgress } from '../runProgress.ts';
import { announceRun, reportRun } from './reportRun.ts';

export interface DriveFlags {
  readonly json: boolean;
  readonly faults: readonly string[];
  readonly cancel: boolean;
}

function jsonOf(news: RunProgress): object {
  const { kind, ...rest } = news;
  return { type: kind, ...rest };
}

/** Events in order on standard output. A write that fails is thrown by `end`, so that the run itself goes on. */
function openEvents({ output }: CommandContext): { write: (news: RunProgress) => void; end: () => Promise<void> } {
  let failure: Error | null = null;
  let writing: Promise<void> = Promise.resolve();
  return {
    write: (news) => {
      writing = writing
        .then(async () => {
          if (failure === null) await output.jsonLine(jsonOf(news));
        })
        .catch((error: unknown) => {
          failure = error instanceof Error ? error : new Error(String(error));
        });
    },
    end: async () => {
      await writing;
      if (failure !== null) throw failure;
    },
  };
}

function sayFailure({ progress }: CommandContext, runId: string, error: unknown): number {
  const how = `go on with: tranche resume ${runId}`;
  if (isTrancheError(error, 'cancelled')) {
    progress.note(`Stopped. Batches at the provider go on, chunks that wait for room do so when it is resumed; ${how}`);
    return 130;
  }
  progress.note(`tranche: ${messageOf(error)}`);
  progress.note(`tranche: run ${runId} is kept; ${how}${isTrancheError(error, 'exists') ? ' --replace' : ''}`);
  return isTrancheError(error) ? error.exitCode : 1;
}

/** How far a run came, by its journal; as it was begun where that cannot be read. */
async function runNow({ engine }: CommandContext, begun: RunState): Promise<RunState> {
  return storedRun(engine.stateFolder, begun.created.runId).catch(() => begun);
}

/** The last line of JSON of a run that came to no end; an output that fails as well is not worth another error. */
async function writeStopped(context: CommandContext, begun: RunState, error: unknown): Promise<void> {
  const { created } = begun;
  const { counts, batchesCreated, unsettled } = endOf(await runNow(context, begun));
  const end = {
    type: 'end',
    runId: created.runId,
    state: isTrancheError(error, 'cancelled') ? 'stopped' : 'failed',
    rows: counts,
    batches: { created: batchesCreated, unsettled: unsettled.length },
    costUsd: null,
    results: [],
    failures: null,
    error: messageOf(error),
  };
  await context.output.jsonLine(end).catch(() => undefined);
}

/** Drives a run with live progress and prints its end; an interruption says how to go on (130). The run is given free in any case. */
export async function driveAndReport(context: CommandContext, held: HeldRun, flags: DriveFlags): Promise<number> {
  const { owned, document, run } = held;
  const { engine, signal, progress } = context;
  const show = openRunProgress(run, progress);
  const events = openEvents(context);
  const log = { info: () => undefined, warn: (message: string) => progress.note(message) };
  try {
    if (flags.json) await announceRun(context, document);
    const { faults } = flags;
    const cancel = flags.cancel ? AbortSignal.abort() : new AbortController().signal;
    const onProgress = flags.json ? events.write : show;
    const { end, results } = await driveHere(engine, held, { faults, cancel, log, onProgress }, signal);
    await events.end();
    progress.end();
    return await reportRun(context, run, end, results, flags.json);
  } catch (error) {
    progress.end();
    if (flags.json) {
      await events.end().catch(() => undefined); // the error under way came first
      await writeStopped(context, run, error);
    }
    return sayFailure(context, document.runId, error);
  } finally {
    await owned.close();
  }
}
