import { isTrancheError, messageOf, type TrancheError } from '../../core/errors.ts';
import { listRunIds } from '../../platform/runFolders.ts';
import type { RunSnapshot } from '../../protocol/runSnapshot.ts';
import type { Engine } from '../openEngine.ts';
import { openWatchedRun, type WatchedRun } from './watchedRun.ts';

/** What is told of the runs of this machine. */
export interface RunWatchEvents {
  readonly onChange: (run: RunSnapshot) => void;
  readonly onRemoved: (runId: string) => void;
  /** A run's owner has left it: an editor was closed, or a process died. */
  readonly onForsaken: (runId: string) => void;
  readonly onTrouble: (message: string) => void;
}

export interface DamagedRun {
  readonly runId: string;
  readonly message: string;
}

/** The runs of a state folder: unfinished ones are followed, of those that have ended the id is kept only. */
export interface FollowedRuns {
  /** Looks which runs there are; tells of those that are gone. */
  readonly list: (engine: Engine) => Promise<void>;
  /** Newest first. */
  readonly ids: () => string[];
  readonly unfinished: () => WatchedRun[];
  readonly get: (runId: string) => WatchedRun | null;
  /** The same, followed from now on where it has not ended. */
  readonly follow: (engine: Engine, runId: string) => WatchedRun;
  /** The run as it is now with all its chunks; null before its first event. */
  readonly whole: (engine: Engine, runId: string) => Promise<RunSnapshot | DamagedRun | null>;
  /** Reads what is new of a run and tells it; an error is told too, once while it lasts. */
  readonly update: (run: WatchedRun, isOwnerDue: boolean) => Promise<void>;
}

/** Reads what is new. A run that is known is shown on where that cannot be read, and the error given back. */
async function readNew(run: WatchedRun): Promise<TrancheError | null> {
  try {
    await run.read();
    return null;
  } catch (error) {
    if (!isTrancheError(error) || !run.hasBegun()) throw error;
    return error;
  }
}

/** `isHere` says which runs this process drives. */
export function openFollowedRuns(isHere: (runId: string) => boolean, events: RunWatchEvents): FollowedRuns {
  const followed = new Map<string, WatchedRun>();
  const ended = new Set<string>();
  const troubles = new Map<string, string>();
  const settle = (run: WatchedRun): void => {
    followed.delete(run.runId);
    ended.add(run.runId);
  };
  const settleAtEnd = (run: WatchedRun): void => {
    if (run.isFinished() && !isHere(run.runId)) settle(run);
  };
  const newRun = (engine: Engine, runId: string): WatchedRun => openWatchedRun(engine, runId, () => isHere(runId));
  const readAndTell = async (run: WatchedRun, isOwnerDue: boolean): Promise<void> => {
    const trouble = await readNew(run);
    const isForsaken = isOwnerDue && !run.isFinished() && (await run.look());
    const changes = await run.changes();
    if (changes !== null) events.onChange(changes);
    settleAtEnd(run);
    if (isForsaken) events.onForsaken(run.runId);
    if (trouble !== null) throw trouble;
  };
  return {
    list: async (engine) => {
      const ids = new Set(await listRunIds(engine.stateFolder));
      for (const runId of ids) {
        if (!followed.has(runId) && !ended.has(runId)) followed.set(runId, newRun(engine, runId));
      }
      for (const runId of [...followed.keys(), ...ended]) {
        if (ids.has(runId)) continue;
        followed.delete(runId);
        ended.delete(runId);
        troubles.delete(runId);
        events.onRemoved(runId);
      }
    },
    ids: () => [...followed.keys(), ...ended].sort().reverse(),
    unfinished: () => [...followed.values()],
    get: (runId) => followed.get(runId) ?? null,
    follow: (engine, runId) => {
      const run = followed.get(runId) ?? newRun(engine, runId);
      followed.set(runId, run);
      ended.delete(runId);
      return run;
    },
    whole: async (engine, runId) => {
      const run = followed.get(runId) ?? newRun(engine, runId);
      try {
        await readNew(run);
        if (!run.isFinished()) await run.look();
        const whole = await run.whole();
        settleAtEnd(run);
        return whole;
      } catch (error) {
        if (!isTrancheError(error)) throw error;
        if (isTrancheError(error, 'corrupt')) settle(run);
        return { runId, message: error.message };
      }
    },
    update: async (run, isOwnerDue) => {
      const { runId } = run;
      try {
        await readAndTell(run, isOwnerDue);
        troubles.delete(runId);
      } catch (error) {
        if (isTrancheError(error, 'corrupt') && !run.hasBegun()) settle(run);
        const trouble = messageOf(error);
        if (troubles.get(runId) !== trouble) events.onTrouble(`Run ${runId}: ${trouble}`);
        troubles.set(runId, trouble);
      }
    },
  };
}
