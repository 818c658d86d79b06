import type { ChunkSnapshot, RunHeader, RunSnapshot } from '../../protocol/runSnapshot.ts';

export interface DamagedRun {
  readonly runId: string;
  readonly message: string;
}

/** A run as far as its news tell. */
export interface StoredRun {
  readonly run: RunHeader;
  readonly chunks: ReadonlyMap<number, ChunkSnapshot>;
}

/** What a piece of news changed. */
export interface RunNews {
  readonly runId: string;
  readonly isNew: boolean;
  /** Chunks that changed, by index. */
  readonly chunks: readonly number[];
  /** The run was unfinished before and is not now. */
  readonly hasEnded: boolean;
  /** It did so while this window's engine drove it. */
  readonly hasEndedHere: boolean;
  /** It went on before and waits for a person now. */
  readonly isStuck: boolean;
}

/** All runs this window knows; snapshots replace, news change. */
export interface RunStore {
  /** Takes all runs afresh; those that ended while nobody told come as news. */
  readonly reset: (runs: readonly RunSnapshot[], damaged: readonly DamagedRun[]) => readonly RunNews[];
  readonly apply: (news: RunSnapshot) => RunNews;
  /** True if there was such a run. */
  readonly remove: (runId: string) => boolean;
  /** Newest first. */
  readonly runIds: () => readonly string[];
  readonly run: (runId: string) => StoredRun | null;
  readonly unfinished: () => readonly RunHeader[];
  readonly damaged: () => readonly DamagedRun[];
}

export function isUnfinished({ state }: RunHeader): boolean {
  return state === 'running' || state === 'cancelling';
}

export function openRunStore(): RunStore {
  const runs = new Map<string, { run: RunHeader; chunks: Map<number, ChunkSnapshot> }>();
  let ids: readonly string[] = [];
  let damaged: readonly DamagedRun[] = [];

  const sort = (): void => {
    const created = (runId: string): number => runs.get(runId)?.run.createdAtMs ?? 0;
    ids = [...runs.keys()].sort((a, b) => created(b) - created(a) || (a < b ? 1 : -1));
  };

  const apply = ({ run, chunks }: RunSnapshot): RunNews => {
    const known = runs.get(run.runId);
    const hasEnded = known !== undefined && isUnfinished(known.run) && !isUnfinished(run);
    const wasHere = known?.run.driver.kind === 'here' || run.driver.kind === 'here';
    const isStuck = known?.run.problem === null && run.problem !== null && isUnfinished(run);
    if (known === undefined) {
      runs.set(run.runId, { run, chunks: new Map(chunks.map((chunk) => [chunk.index, chunk])) });
      sort();
    } else {
      known.run = run;
      for (const chunk of chunks) known.chunks.set(chunk.index, chunk);
    }
    return {
      runId: run.runId,
      isNew: known === undefined,
      chunks: chunks.map(({ index }) => index),
      hasEnded,
      hasEndedHere: hasEnded && wasHere,
      isStuck,
    };
  };

  return {
    reset: (all, broken) => {
      const there = new Set(all.map(({ run }) => run.runId));
      for (const runId of [...runs.keys()]) if (!there.has(runId)) runs.delete(runId);
      const news = all.map(apply);
      damaged = broken;
      sort();
      return news;
    },
    apply,
    remove: (runId) => {
      const was = runs.delete(runId);
      if (was) sort();
      return was;
    },
    runIds: () => ids,
    run: (runId) => runs.get(runId) ?? null,
    unfinished: () => [...runs.values()].map(({ run }) => run).filter(isUnfinished),
    damaged: () => damaged,
  };
}
