import type { PlanPageState } from '../../protocol/pageProtocol.ts';

/** Says what goes on, with what stops it if anything does; null once it is over. */
export type Say = (doing: string | null, stop?: AbortController) => void;

/** What goes on for one page; the page shows what was begun last. */
export interface PageWork {
  readonly begin: () => Say;
  /** Stops what is shown, if it can be. */
  readonly cancel: () => void;
}

interface Doing {
  readonly text: string;
  readonly stop: AbortController | null;
}

export function openPageWork(show: (doing: PlanPageState['doing']) => void): PageWork {
  const works = new Map<Say, Doing>();
  const newest = (): Doing | undefined => [...works.values()].at(-1);
  return {
    begin: () => {
      const say: Say = (text, stop) => {
        if (text === null) works.delete(say);
        else works.set(say, { text, stop: stop ?? null });
        const shown = newest();
        show(shown === undefined ? null : { text: shown.text, canCancel: shown.stop !== null });
      };
      return say;
    },
    cancel: () => newest()?.stop?.abort(),
  };
}
