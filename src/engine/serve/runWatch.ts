import { watch, type FSWatcher } from 'node:fs';
import path from 'node:path';
import { mapLimited } from '../../core/datasets/mapLimited.ts';
import { isTrancheError, messageOf } from '../../core/errors.ts';
import type { RunProgress } from '../../core/runs/runPorts.ts';
import { makePrivateFolder } from '../../platform/makePrivateFolder.ts';
import { listRunIds } from '../../platform/runFolders.ts';
import type { EngineRequests } from '../../protocol/engineProtocol.ts';
import type { RunSnapshot } from '../../protocol/runSnapshot.ts';
import type { Engine } from '../openEngine.ts';
import { openWatchedRun, type WatchedRun } from './watchedRun.ts';

type AllRuns = EngineRequests['runs/watch']['result'];

/** All runs of this machine, followed whoever drives them. */
export interface RunWatch {
  /** All of them, newest first; from the first call on changes are told. */
  readonly all: () => Promise<AllRuns>;
  /** Ids of unfinished runs that nobody drives. */
  readonly forsaken: () => string[];
  readonly progress: (runId: string, news: RunProgress) => void;
  /** This process has begun, taken or left the run. */
  readonly changed: (runId: string, problem: string | null) => void;
  readonly close: () => void;
}

export interface RunWatchEvents {
  readonly onChange: (run: RunSnapshot) => void;
  readonly onRemoved: (runId: string) => void;
  /** A run's owner has left it: an editor was closed, or a process died. */
  readonly onForsaken: (runId: string) => void;
  readonly onTrouble: (message: string) => void;
}

const TICK_MS = 1_000;
/** The list of runs, and who drives them, is looked at every so many ticks; the first also when the folder is seen to change. */
const LIST_TICKS = 5;
const OWNER_TICKS = 2;
const AT_ONCE = 8;

/** Follows the runs in the engine's state folder; `isHere` says which ones this process drives. */
export function openRunWatch(
  engine: () => Promise<Engine>,
  isHere: (runId: string) => boolean,
  events: RunWatchEvents,
): RunWatch {
  /** Unfinished runs; of finished and damaged ones the id is kept only. */
  const followed = new Map<string, WatchedRun>();
  const ended = new Set<string>();
  let timer: NodeJS.Timeout | null = null;
  let folderWatch: FSWatcher | null = null;
  let isListDue = false;
  let isClosed = false;
  let ticks = 0;
  let turn: Promise<void> = Promise.resolve();

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work);
    turn = mine.then(
      () => undefined,
      () => undefined,
    );
    return mine;
  };
  const settle = (runId: string): void => {
    followed.delete(runId);
    ended.add(runId);
  };
  const tellChanges = async (run: WatchedRun): Promise<void> => {
    const changes = await run.changes();
    if (changes !== null && !isClosed) events.onChange(changes);
    if (run.isFinished() && !isHere(run.runId)) settle(run.runId);
  };
  const guarded = async (run: WatchedRun, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (isTrancheError(error, 'corrupt')) settle(run.runId);
      events.onTrouble(`Run ${run.runId}: ${messageOf(error)}`);
    }
  };
  const follow = async (run: WatchedRun, isOwnerDue: boolean): Promise<void> => {
    await run.read();
    const isForsaken = isOwnerDue && !run.isFinished() && (await run.look());
    await tellChanges(run);
    if (isForsaken) events.onForsaken(run.runId);
  };
  const list = async (now: Engine): Promise<void> => {
    isListDue = false;
    const ids = new Set(await listRunIds(now.stateFolder));
    for (const runId of ids) {
      if (!followed.has(runId) && !ended.has(runId)) followed.set(runId, newRun(now, runId));
    }
    for (const runId of [...followed.keys(), ...ended]) {
      if (ids.has(runId)) continue;
      followed.delete(runId);
      ended.delete(runId);
      events.onRemoved(runId);
    }
  };
  const newRun = (now: Engine, runId: string): WatchedRun => openWatchedRun(now, runId, () => isHere(runId));
  const tick = async (): Promise<void> => {
    const now = await engine();
    ticks++;
    if (isListDue || ticks % LIST_TICKS === 0) await list(now);
    const isOwnerDue = ticks % OWNER_TICKS === 0;
    const runs = [...followed.values()];
    await mapLimited(runs, AT_ONCE, (run) => guarded(run, () => follow(run, isOwnerDue || !run.hasBegun())));
  };
  const schedule = (): void => {
    if (isClosed) return;
    timer = setTimeout(() => {
      void inTurn(tick)
        .catch((error: unknown) => events.onTrouble(messageOf(error)))
        .finally(schedule);
    }, TICK_MS);
    timer.unref();
  };
  const begin = async ({ stateFolder }: Engine): Promise<void> => {
    if (timer !== null || isClosed) return;
    const folder = path.join(stateFolder, 'runs');
    await makePrivateFolder(folder);
    folderWatch = watch(folder, { persistent: false }, () => (isListDue = true));
    folderWatch.on('error', () => undefined); // the list is looked at now and then in any case
    schedule();
  };
  const readAll = async (): Promise<AllRuns> => {
    const now = await engine();
    await begin(now);
    await list(now);
    const damaged: { runId: string; message: string }[] = [];
    const ids = [...followed.keys(), ...ended].sort().reverse();
    const runs = await mapLimited(ids, AT_ONCE, async (runId) => {
      const run = followed.get(runId) ?? newRun(now, runId);
      try {
        await run.read();
        if (!run.isFinished()) await run.look();
        const whole = await run.whole();
        if (run.isFinished() && !isHere(runId)) settle(runId);
        return whole;
      } catch (error) {
        if (!isTrancheError(error)) throw error;
        settle(runId);
        damaged.push({ runId, message: error.message });
        return null;
      }
    });
    return { runs: runs.filter((run) => run !== null), damaged };
  };
  return {
    all: () => inTurn(readAll),
    forsaken: () =>
      [...followed.values()]
        .filter((run) => run.hasBegun() && !run.isFinished() && run.driver().kind === 'nobody')
        .map(({ runId }) => runId),
    progress: (runId, news) => {
      if (news.kind === 'chunk') followed.get(runId)?.progress(news);
    },
    changed: (runId, problem) => {
      if (timer === null || isClosed) return; // nobody watches yet
      void inTurn(async () => {
        const run = followed.get(runId) ?? newRun(await engine(), runId);
        if (!ended.has(runId)) followed.set(runId, run);
        run.setProblem(problem);
        await guarded(run, () => follow(run, true));
      });
    },
    close: () => {
      isClosed = true;
      if (timer !== null) clearTimeout(timer);
      folderWatch?.close();
    },
  };
}
