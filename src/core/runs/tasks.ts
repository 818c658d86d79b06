import { isTrancheError } from '../errors.ts';
import { faultOf } from '../submit/providerError.ts';

/** Work of a run that goes on side by side. */
export interface Tasks {
  /** Starts it; its failure is told by `settled`. */
  start: (work: () => Promise<void>) => void;
  /** Resolves when all work is done, also what was started meanwhile; throws the error that matters most. */
  settled: () => Promise<void>;
}

/** `onFatal` runs at the first error that makes all other work useless; errors of one chunk let the others go on. */
export function openTasks(onFatal: () => void): Tasks {
  const running = new Set<Promise<void>>();
  const errors: Error[] = [];
  return {
    start: (work) => {
      const task = work()
        .catch((error: unknown) => {
          errors.push(error instanceof Error ? error : new Error(String(error)));
          if (isFatal(error)) onFatal();
        })
        .finally(() => running.delete(task));
      running.add(task);
    },
    settled: async () => {
      while (running.size > 0) await Promise.all(running);
      const error = errors.find((one) => !isTrancheError(one, 'cancelled')) ?? errors[0];
      if (error !== undefined) throw error;
    },
  };
}

function isFatal(error: unknown): boolean {
  return !isTrancheError(error, 'refusedByProvider') || faultOf(error)?.status !== 404;
}
