import { isTrancheError } from '../errors.ts';
import { faultOf } from '../submit/providerError.ts';

/** Work of a run that goes on side by side. */
export interface Tasks {
  /** Starts it with a signal of its own, since one signal for hundreds of waiters is taken for a leak; its failure is told by `settled`. */
  start: (work: (signal: AbortSignal) => Promise<void>) => void;
  /** Resolves when all work is done, also what was started meanwhile; throws the error that matters most. */
  settled: () => Promise<void>;
}

/** Work that ends with `stop`, which is aborted by the first error that makes all other work useless; errors of one chunk let the others go on. */
export function openTasks(stop: AbortController): Tasks {
  const running = new Map<Promise<void>, AbortController>();
  const errors: Error[] = [];
  stop.signal.addEventListener('abort', () => running.forEach((own) => own.abort()), { once: true });
  return {
    start: (work) => {
      const own = new AbortController();
      if (stop.signal.aborted) own.abort();
      const task = work(own.signal)
        .catch((error: unknown) => {
          errors.push(error instanceof Error ? error : new Error(String(error)));
          if (isFatal(error)) stop.abort();
        })
        .finally(() => running.delete(task));
      running.set(task, own);
    },
    settled: async () => {
      while (running.size > 0) await Promise.all(running.keys());
      const error = errors.find((one) => !isTrancheError(one, 'cancelled')) ?? errors[0];
      if (error !== undefined) throw error;
    },
  };
}

/** True for an error that makes all other work of a run useless, false for one that holds up a chunk alone. */
export function isFatal(error: unknown): boolean {
  if (isTrancheError(error, 'unsettled')) return false;
  return !isTrancheError(error, 'refusedByProvider') || faultOf(error)?.status !== 404;
}
