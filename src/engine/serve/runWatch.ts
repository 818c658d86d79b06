import { watch, type FSWatcher } from 'node:fs';
import path from 'node:path';
import { mapLimited } from '../../core/datasets/mapLimited.ts';
import { messageOf } from '../../core/errors.ts';
import type { RunProgress } from '../../core/runs/runPorts.ts';
import { makePrivateFolder } from '../../platform/makePrivateFolder.ts';
import type { EngineRequests } from '../../protocol/engineProtocol.ts';
import type { RunSnapshot } from '../../protocol/runSnapshot.ts';
import type { Engine } from '../openEngine.ts';
import { openFollowedRuns, type DamagedRun, type RunWatchEvents } from './followedRuns.ts';
import { openTurns } from './turns.ts';

type AllRuns = EngineRequests['runs/watch']['result'];

/** All runs of this machine, followed whoever drives them. */
export interface RunWatch {
  /** All of them, newest first; from the first call on changes are told. */
  readonly all: () => Promise<AllRuns>;
  /** Ids of unfinished runs that nobody drives just now; changes are told from here on, too. */
  readonly forsaken: () => Promise<string[]>;
  readonly progress: (runId: string, news: RunProgress) => void;
  /** This process has begun, taken or left the run; `problem` is why it could not go on. */
  readonly changed: (runId: string, problem: string | null) => void;
  readonly close: () => void;
}

const TICK_MS = 1_000;
/** The list of runs, and who drives them, is looked at every so many ticks; the list also when its folder is seen to change. */
const LIST_TICKS = 5;
const OWNER_TICKS = 2;
const AT_ONCE = 8;
/** Chunks of finished runs that are told unasked: what an editor can take in at once. */
const MOST_CHUNKS = 5_000;

/** Leaves out the chunks of older finished runs where there are too many. */
function bounded(runs: readonly RunSnapshot[]): RunSnapshot[] {
  let chunks = 0;
  return runs.map((one) => {
    if (one.run.counts === null) return one;
    chunks += one.chunks.length;
    return chunks > MOST_CHUNKS ? { ...one, chunks: [] } : one;
  });
}

/** A timer that waits for its work before it counts again, and watches the folder of the runs. */
interface Beat {
  readonly start: (folder: string) => Promise<void>;
  readonly isRunning: () => boolean;
  readonly close: () => void;
}

function openBeat(work: () => Promise<void>, onFolder: () => void, onTrouble: (message: string) => void): Beat {
  let timer: NodeJS.Timeout | null = null;
  let watcher: FSWatcher | null = null;
  let isClosed = false;
  const schedule = (): void => {
    if (isClosed) return;
    timer = setTimeout(() => {
      void work()
        .catch((error: unknown) => onTrouble(messageOf(error)))
        .finally(schedule);
    }, TICK_MS);
    timer.unref();
  };
  return {
    start: async (folder) => {
      await makePrivateFolder(folder);
      if (timer !== null || isClosed) return;
      try {
        watcher = watch(folder, { persistent: false }, onFolder);
        watcher.on('error', () => undefined); // the list is looked at now and then in any case
      } catch (error) {
        onTrouble(`${folder} cannot be watched, so new runs show a little later: ${messageOf(error)}`);
      }
      schedule();
    },
    isRunning: () => timer !== null && !isClosed,
    close: () => {
      isClosed = true;
      if (timer !== null) clearTimeout(timer);
      watcher?.close();
    },
  };
}

/** Follows the runs in the engine's state folder; `isHere` says which ones this process drives. */
export function openRunWatch(
  engine: () => Promise<Engine>,
  isHere: (runId: string) => boolean,
  events: RunWatchEvents,
): RunWatch {
  const runs = openFollowedRuns(isHere, events);
  const inTurn = openTurns();
  let ticks = 0;
  let isListDue = false;
  let trouble = '';
  /** What keeps it from being listed is told once while it lasts, and runs that are known are followed on. */
  const list = async (): Promise<void> => {
    isListDue = false;
    try {
      await runs.list(await engine());
      trouble = '';
    } catch (error) {
      if (trouble !== messageOf(error)) events.onTrouble(messageOf(error));
      trouble = messageOf(error);
    }
  };
  const tick = async (): Promise<void> => {
    ticks++;
    if (isListDue || ticks % LIST_TICKS === 0) await list();
    const isOwnerDue = ticks % OWNER_TICKS === 0;
    await mapLimited(runs.unfinished(), AT_ONCE, (run) => runs.update(run, isOwnerDue || !run.hasBegun()));
  };
  const beat = openBeat(
    () => inTurn(tick),
    () => (isListDue = true),
    events.onTrouble,
  );
  const look = async (): Promise<Engine> => {
    const now = await engine();
    await beat.start(path.join(now.stateFolder, 'runs'));
    await runs.list(now);
    return now;
  };
  const findForsaken = async (): Promise<string[]> => {
    await look();
    await mapLimited(runs.unfinished(), AT_ONCE, (run) => runs.update(run, true));
    return runs
      .unfinished()
      .filter((run) => run.hasBegun() && run.driver().kind === 'nobody')
      .map(({ runId }) => runId);
  };
  const readAll = async (): Promise<AllRuns> => {
    const now = await look();
    const found = await mapLimited(runs.ids(), AT_ONCE, (runId) => runs.whole(now, runId));
    const isDamaged = (one: RunSnapshot | DamagedRun): one is DamagedRun => 'message' in one;
    const there = found.filter((one) => one !== null);
    const whole = there.filter((one): one is RunSnapshot => !isDamaged(one));
    return { runs: bounded(whole), damaged: there.filter(isDamaged) };
  };
  const update = async (runId: string, problem: string | null): Promise<void> => {
    const run = runs.follow(await engine(), runId);
    run.setProblem(problem);
    await runs.update(run, true);
  };
  return {
    all: () => inTurn(readAll),
    forsaken: () => inTurn(findForsaken),
    progress: (runId, news) => {
      if (news.kind === 'chunk') runs.get(runId)?.progress(news);
    },
    changed: (runId, problem) => {
      if (!beat.isRunning()) return; // nobody watches
      inTurn(() => update(runId, problem)).catch((error: unknown) => events.onTrouble(messageOf(error)));
    },
    close: beat.close,
  };
}
