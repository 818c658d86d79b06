import { TrancheError, throwIfAborted } from '../errors.ts';

/** A fixed number of places; whoever comes later waits in order. */
export interface Slots {
  /** Waits for a place and returns what gives it back (once); rejects with `cancelled` when the signal aborts. */
  acquire: (signal: AbortSignal) => Promise<() => void>;
}

/** Places for `count` at a time. */
export function openSlots(count: number): Slots {
  let free = count;
  const waiting: (() => void)[] = [];
  const give = (): void => {
    const next = waiting.shift();
    if (next === undefined) free++;
    else next();
  };
  const once = (): (() => void) => {
    let given = false;
    return () => {
      if (!given) give();
      given = true;
    };
  };
  return {
    acquire: async (signal) => {
      throwIfAborted(signal);
      if (free > 0) {
        free--;
        return once();
      }
      await new Promise<void>((resolve, reject) => {
        const stop = (): void => {
          waiting.splice(waiting.indexOf(enter), 1);
          reject(new TrancheError('cancelled', 'Stopped.'));
        };
        const enter = (): void => {
          signal.removeEventListener('abort', stop);
          resolve();
        };
        waiting.push(enter);
        signal.addEventListener('abort', stop, { once: true });
      });
      return once();
    },
  };
}
