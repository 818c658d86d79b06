import type { EngineClient } from '../client/engineClient.ts';
import type { Disposable } from '../listeners.ts';
import { failureOf, isGone } from '../failures.ts';
import type { RunNotices } from './runNotices.ts';
import type { RunStatus } from './statusBar.ts';
import { isUnfinished, type RunNews, type RunStore } from './runStore.ts';
import type { RunsTree } from './runsTree.ts';
import type { UnfinishedMarks } from './unfinishedMarks.ts';

/** News of a run that has begun come within this. */
const NEWS_WITHIN_MS = 5000;

export interface WatchRunsDeps {
  readonly engine: EngineClient;
  readonly store: RunStore;
  readonly tree: Pick<RunsTree, 'onNews' | 'onAll' | 'say'>;
  readonly status: Pick<RunStatus, 'update'>;
  readonly notice: Pick<RunNotices, 'ended' | 'stuck'>;
  readonly marks: Pick<UnfinishedMarks, 'replace' | 'set'>;
  readonly measure: <T>(name: string, work: () => T) => T;
}

/** Keeps everything that shows runs up to date, from the first time it is wanted on. */
export interface RunWatch extends Disposable {
  readonly start: () => Promise<void>;
  /** True once news of the run have come, false if they do not come soon. */
  readonly knows: (runId: string) => Promise<boolean>;
}

function newsOf(runId: string, { engine, store }: Pick<WatchRunsDeps, 'engine' | 'store'>): Promise<boolean> {
  if (store.run(runId) !== null) return Promise.resolve(true);
  return new Promise((resolve) => {
    const heard = engine.on('run/changed', () => {
      if (store.run(runId) !== null) end(true);
    });
    const timer = setTimeout(() => end(false), NEWS_WITHIN_MS);
    const end = (isKnown: boolean): void => {
      heard.dispose();
      clearTimeout(timer);
      resolve(isKnown);
    };
  });
}

export function openRunWatch({ engine, store, tree, status, notice, marks, measure }: WatchRunsDeps): RunWatch {
  let started: Promise<void> | null = null;
  let isWanted = false;

  const show = (news: readonly RunNews[]): void => {
    tree.onNews(news);
    status.update();
    for (const { runId, hasEndedHere, isStuck } of news) {
      const run = store.run(runId)?.run;
      if (run === undefined) continue;
      void marks.set(runId, isUnfinished(run));
      if (hasEndedHere) notice.ended(run); // another window, or a terminal, tells of what it drove
      if (isStuck) notice.stuck(run);
    }
  };

  /** Runs go on by themselves from here: also those that a closed window or a dead engine left behind. */
  const watch = async (): Promise<void> => {
    const { runs, damaged } = await engine.call('runs/watch', {});
    measure('runs.reset', () => {
      const news = store.reset(runs, damaged);
      tree.onAll();
      show(news);
    });
    tree.say(null);
    await marks.replace(store.unfinished().map(({ runId }) => runId));
    await engine.call('runs/resumeAll', {});
  };

  const start = (): Promise<void> => {
    isWanted = true;
    started ??= watch().catch((error: unknown) => {
      started = null;
      if (!isGone(error)) tree.say(failureOf(error).message);
      throw error;
    });
    return started;
  };

  const owned = [
    engine.on('run/changed', (snapshot) => measure('runs.news', () => show([store.apply(snapshot)]))),
    engine.on('run/removed', ({ runId }) => {
      if (!store.remove(runId)) return;
      void marks.set(runId, false);
      tree.onAll();
      status.update();
    }),
    engine.onStarted(() => {
      if (isWanted) void start().catch(() => undefined); // said in the view
    }),
    engine.onEnded((willRestart) => {
      started = null;
      if (!willRestart)
        tree.say('The engine of Tranche stopped several times in a row. What is shown is not up to date.');
    }),
  ];

  return {
    start,
    knows: async (runId) => {
      await start();
      return newsOf(runId, { engine, store });
    },
    dispose: () => {
      for (const one of owned) one.dispose();
    },
  };
}
