import { setTimeout as wait } from 'node:timers/promises';
import { TrancheError } from '../core/errors.ts';
import type { Clock } from '../core/ports.ts';

/** The machine's clock. */
export function systemClock(): Clock {
  return {
    now: () => Date.now(),
    sleep: async (ms, signal) => {
      try {
        await wait(ms, undefined, { signal });
      } catch (error) {
        throw new TrancheError('cancelled', 'Stopped.', error);
      }
    },
  };
}
