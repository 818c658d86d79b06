import type { RunHeader } from '../../protocol/runSnapshot.ts';
import type { AskPerson } from '../askPerson.ts';
import { endText } from './endText.ts';

const TOGETHER_MS = 1500;

/** Tells of runs that ended, or need a decision, before this window's eyes: once, and together where several end at once. */
export interface RunNotices {
  readonly dispose: () => void;
  readonly ended: (run: RunHeader) => void;
  /** A run waits for a person; its sentence is told once. */
  readonly stuck: (run: RunHeader) => void;
}

export interface RunNoticesDeps {
  readonly ask: AskPerson;
  readonly openResults: (runId: string) => void;
  readonly showFailures: (runId: string) => void;
  readonly showRuns: () => void;
}

export function openRunNotices({ ask, openResults, showFailures, showRuns }: RunNoticesDeps): RunNotices {
  const told = new Set<string>();
  let waiting: RunHeader[] = [];
  let timer: NodeJS.Timeout | null = null;

  const tell = async (runs: readonly RunHeader[]): Promise<void> => {
    const only = runs.length === 1 ? runs[0] : undefined;
    const actions = [
      only?.results ? 'Open Results' : '',
      only?.results?.failures ? 'Show Failures' : '',
      only === undefined ? 'Show Runs' : '',
    ].filter((action) => action !== '');
    const chosen = await ask.tell('info', endText(runs), actions);
    if (only !== undefined && chosen === 'Open Results') openResults(only.runId);
    if (only !== undefined && chosen === 'Show Failures') showFailures(only.runId);
    if (chosen === 'Show Runs') showRuns();
  };

  return {
    ended: (run) => {
      if (told.has(run.runId)) return;
      told.add(run.runId);
      waiting.push(run);
      timer ??= setTimeout(() => {
        timer = null;
        const runs = waiting;
        waiting = [];
        void tell(runs);
      }, TOGETHER_MS);
    },
    stuck: ({ runId, job, problem }) => {
      const key = `${runId} ${problem}`;
      if (problem === null || told.has(key)) return;
      told.add(key);
      void ask.tell('warning', `${job.name} needs a decision: ${problem}`, ['Show Runs']).then((chosen) => {
        if (chosen === 'Show Runs') showRuns();
      });
    },
    dispose: () => {
      if (timer !== null) clearTimeout(timer);
    },
  };
}
