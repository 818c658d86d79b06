import { isTrancheError, messageOf } from '../../core/errors.ts';
import type { RunProgress } from '../../core/runs/runPorts.ts';
import type { Engine } from '../openEngine.ts';
import { driveHere, type HeldRun } from '../runs/driveHere.ts';
import type { TellLog } from './engineConnection.ts';

/** The runs that this process drives. */
export interface DrivenRuns {
  readonly isHere: (runId: string) => boolean;
  /** Takes over a run that is held: it is driven in the background, or cancelled, and given free at its end. */
  readonly start: (engine: Engine, held: HeldRun, how: { readonly cancel: boolean }) => void;
  /** Cancels a run that is driven here; false where none is. */
  readonly cancel: (runId: string) => boolean;
  /** Stops our own work on all of them, never the provider's, and waits until they are given free. */
  readonly close: () => Promise<void>;
}

export interface DrivenEvents {
  readonly onProgress: (runId: string, progress: RunProgress) => void;
  /** It is given free; `problem` is the sentence where it came to no end. */
  readonly onEnd: (runId: string, problem: string | null) => void;
}

interface Driven {
  readonly cancel: AbortController;
  readonly end: Promise<void>;
}

/** What a person is told of a run that stopped: nothing where another process took it, or this one ends. */
function problemOf(error: unknown): string | null {
  return isTrancheError(error, 'cancelled', 'owned') ? null : messageOf(error);
}

/** Drives runs side by side; `log` gets what people need not see. */
export function openDrivenRuns(events: DrivenEvents, log: TellLog): DrivenRuns {
  const driven = new Map<string, Driven>();
  const stop = new AbortController();
  const drive = async (engine: Engine, held: HeldRun, cancel: AbortSignal): Promise<void> => {
    const { runId } = held.document;
    const own = new AbortController(); // one signal for all runs is taken for a leak
    const onStop = (): void => own.abort();
    stop.signal.addEventListener('abort', onStop, { once: true });
    if (stop.signal.aborted) own.abort();
    let problem: string | null = null;
    try {
      const options = {
        faults: [],
        cancel,
        log: { info: (text: string) => log('info', text), warn: (text: string) => log('warn', text) },
        onProgress: (progress: RunProgress) => events.onProgress(runId, progress),
      };
      const { end } = await driveHere(engine, held, options, own.signal);
      log('info', `Run ${runId} is ${end.state}: ${end.counts.ok} of ${end.counts.in} rows are ok.`);
    } catch (error) {
      problem = problemOf(error);
      log(problem === null ? 'info' : 'error', `Run ${runId} stopped: ${messageOf(error)}`);
    } finally {
      stop.signal.removeEventListener('abort', onStop);
    }
    try {
      await held.owned.close();
    } catch (error) {
      problem ??= messageOf(error);
    }
    driven.delete(runId);
    events.onEnd(runId, problem);
  };
  return {
    isHere: (runId) => driven.has(runId),
    start: (engine, held, how) => {
      const cancel = new AbortController();
      if (how.cancel) cancel.abort();
      driven.set(held.document.runId, { cancel, end: drive(engine, held, cancel.signal) });
    },
    cancel: (runId) => {
      const found = driven.get(runId);
      found?.cancel.abort();
      return found !== undefined;
    },
    close: async () => {
      stop.abort();
      await Promise.all([...driven.values()].map(({ end }) => end));
    },
  };
}
