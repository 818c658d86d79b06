import { throwIfAborted } from '../errors.ts';
import type { Clock } from '../ports.ts';

/** A sleep that can be cut short. */
export interface WakeableSleep {
  /** Resolves after `ms` or when woken; rejects with `cancelled` when the signal aborts. */
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  wake: () => void;
}

/** For one sleeper at a time. */
export function openWakeableSleep(clock: Clock): WakeableSleep {
  let alarm: AbortController | null = null;
  return {
    sleep: async (ms, signal) => {
      throwIfAborted(signal);
      const own = new AbortController();
      const stop = (): void => own.abort();
      signal.addEventListener('abort', stop, { once: true });
      alarm = own;
      try {
        await clock.sleep(ms, own.signal);
      } catch (error) {
        if (!own.signal.aborted) throw error;
      } finally {
        signal.removeEventListener('abort', stop);
        if (alarm === own) alarm = null;
      }
      throwIfAborted(signal);
    },
    wake: () => alarm?.abort(),
  };
}
