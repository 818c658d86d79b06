import { TrancheError } from '../../src/core/errors.ts';
import type { Clock } from '../../src/core/ports.ts';

/** A clock that moves only when it is told to. */
export interface FakeClock extends Clock {
  /** Lets time pass, waking sleepers in order; work they start runs before the next is woken. */
  advance: (ms: number) => Promise<void>;
}

interface Sleeper {
  readonly atMs: number;
  readonly wake: () => void;
}

/** Runs everything that is ready now. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

export function fakeClock(startMs = 1_000_000): FakeClock {
  let nowMs = startMs;
  const sleepers = new Set<Sleeper>();
  return {
    now: () => nowMs,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const stop = (): void => {
          sleepers.delete(sleeper);
          reject(new TrancheError('cancelled', 'Stopped.'));
        };
        const sleeper = {
          atMs: nowMs + ms,
          wake: () => {
            signal.removeEventListener('abort', stop);
            sleepers.delete(sleeper);
            resolve();
          },
        };
        if (signal.aborted) return stop();
        signal.addEventListener('abort', stop, { once: true });
        sleepers.add(sleeper);
      }),
    advance: async (ms) => {
      const endMs = nowMs + ms;
      await settle();
      for (;;) {
        const next = [...sleepers].sort((a, b) => a.atMs - b.atMs)[0];
        if (next === undefined || next.atMs > endMs) break;
        nowMs = next.atMs;
        next.wake();
        await settle();
      }
      nowMs = endMs;
      await settle();
    },
  };
}
