import { isTrancheError } from '../../core/errors.ts';
import type { RecordedEvent } from '../../core/runs/runEvents.ts';
import { applyEvents, replayRun } from '../../core/runs/replay.ts';
import type { ChunkProgress } from '../../core/runs/runPorts.ts';
import type { RunState } from '../../core/runs/runState.ts';
import { followJournal } from '../../platform/followJournal.ts';
import { isLastOwnerAlive, leaseOwner, type LeaseOwner } from '../../platform/lease.ts';
import { journalPath, leasePath, runFolder } from '../../platform/runFolders.ts';
import type { RunDriver, RunSnapshot } from '../../protocol/runSnapshot.ts';
import type { Engine } from '../openEngine.ts';
import { actualCostUsd } from '../runs/actualCost.ts';
import { finishedResults } from '../runs/finishedRun.ts';
import { runSnapshot, type RunFacts } from '../runs/runSnapshot.ts';

/** One run that is followed until it ends, whoever drives it. */
export interface WatchedRun {
  readonly runId: string;
  /** Reads what was appended to its journal; damage to it is the run's problem as long as it lasts. */
  readonly read: () => Promise<void>;
  /** Looks who drives it; true once after its owner, seen before, has ended: an editor in any way, the command line by dying. One that gave it free and lives may have failed with it. */
  readonly look: () => Promise<boolean>;
  readonly isFinished: () => boolean;
  readonly hasBegun: () => boolean;
  readonly driver: () => RunDriver;
  readonly progress: (news: ChunkProgress) => void;
  readonly setProblem: (problem: string | null) => void;
  /** With all chunks; null before its first event. */
  readonly whole: () => Promise<RunSnapshot | null>;
  /** What changed since the last of `whole` and `changes`; null where nothing did. */
  readonly changes: () => Promise<RunSnapshot | null>;
}

async function endFacts(run: RunState, engine: Engine): Promise<Pick<RunFacts, 'costUsd' | 'results'>> {
  if (run.finished === null) return { costUsd: null, results: null };
  const found = await finishedResults(run);
  const results = found === null ? null : { files: found.results, failures: found.failures };
  return { costUsd: actualCostUsd(engine.config, run.created, found), results };
}

/** Looks now and then who drives the run of a folder. */
function watchDrivers(
  folder: string,
  isHere: () => boolean,
): { readonly now: () => RunDriver } & Pick<WatchedRun, 'look'> {
  let owner: LeaseOwner | null = null;
  let isLeft = false;
  return {
    now: () => {
      if (isHere()) return { kind: 'here' };
      return owner?.isLiving === true ? { kind: 'elsewhere', owner: owner.who } : { kind: 'nobody' };
    },
    look: async () => {
      const before = owner;
      owner = isHere() ? null : await leaseOwner(leasePath(folder));
      if (isHere() || owner?.isLiving === true) isLeft = false;
      else if (before?.isLiving === true) isLeft = before.isEditor || owner !== null;
      if (!isLeft || (await isLastOwnerAlive(leasePath(folder)))) return false;
      isLeft = false;
      return true;
    },
  };
}

/** Follows a run of this machine; `isHere` says whether this process drives it. */
export function openWatchedRun(engine: Engine, runId: string, isHere: () => boolean): WatchedRun {
  const folder = runFolder(engine.stateFolder, runId);
  const drivers = watchDrivers(folder, isHere);
  const journal = followJournal(journalPath(folder));
  const live = new Map<number, ChunkProgress>();
  const dirty = new Set<number>();
  let run: RunState | null = null;
  let problem: string | null = null;
  let damage: string | null = null;
  let told = '';
  const take = (events: readonly RecordedEvent[]): void => {
    const isNew = run === null;
    run = run === null ? replayRun(events) : applyEvents(run, events);
    if (isNew) for (const index of run.chunks.keys()) dirty.add(index);
    for (const event of events) if ('chunk' in event) dirty.add(event.chunk);
  };
  /** What only its driver knew holds no longer once that is not this process. */
  const forget = (): void => {
    for (const index of live.keys()) dirty.add(index);
    live.clear();
  };
  const snapshot = async (of: RunState, indexes?: Iterable<number>): Promise<RunSnapshot> => {
    const facts = {
      driver: drivers.now(),
      problem: damage ?? problem,
      live,
      ...(await endFacts(of, engine)),
    };
    return runSnapshot(of, facts, indexes);
  };
  const sent = (one: RunSnapshot): RunSnapshot => {
    told = JSON.stringify(one.run);
    return one;
  };
  return {
    runId,
    read: async () => {
      try {
        const events = await journal.next();
        if (events.length > 0) take(events);
        damage = null;
      } catch (error) {
        damage = isTrancheError(error, 'corrupt') ? error.message : null;
        throw error;
      }
    },
    look: async () => {
      const isForsaken = await drivers.look();
      if (!isHere()) forget();
      if (drivers.now().kind === 'elsewhere') problem = null; // it could go on
      return isForsaken;
    },
    isFinished: () => run !== null && run.finished !== null,
    hasBegun: () => run !== null,
    driver: drivers.now,
    progress: (news) => {
      live.set(news.chunk, news);
      dirty.add(news.chunk);
    },
    setProblem: (sentence) => {
      problem = sentence;
    },
    whole: async () => {
      if (run === null) return null;
      dirty.clear();
      return sent(await snapshot(run));
    },
    changes: async () => {
      if (run === null) return null;
      const indexes = [...dirty];
      dirty.clear();
      const next = await snapshot(run, indexes);
      if (indexes.length === 0 && told === JSON.stringify(next.run)) return null;
      return sent(next);
    },
  };
}
