import { isTrancheError, messageOf, throwIfAborted } from '../errors.ts';
import { faultOf } from '../submit/providerError.ts';
import type { RunDeps } from './runPorts.ts';

/** Calls again what may pass the next time, slower and slower, until it has failed for too long. */
export interface Patience {
  /** Calls until it answers; throws the last error once patience ends, and at once what another try cannot mend. */
  run: <T>(call: () => Promise<T>, signal: AbortSignal) => Promise<T>;
  /** A series of tries of one thing. */
  begin: () => Spell;
  /** The provider is there: from now on a failure is worth a longer wait. */
  heard: () => void;
}

/** A series of tries of one thing, each pause longer than the one before. */
export interface Spell {
  /** Waits before the next try, or throws the error if patience has ended. */
  pause: (error: unknown, signal: AbortSignal) => Promise<void>;
  /** What was tried has come to its end: the next failure is the first again. */
  reset: () => void;
  /** Pauses since the last reset. */
  tries: () => number;
}

/** True when the same call may succeed later: nobody knows what happened, or the provider asked to wait. */
export function mayPass(error: unknown): boolean {
  return isTrancheError(error, 'network') || faultOf(error)?.mayPass === true;
}

/** Patience as the run's tuning has it; waits are told as notes, each sentence at most every ten seconds. */
export function openPatience({ clock, tuning, onProgress }: RunDeps): Patience {
  let isHeard = false;
  const told = new Map<string, number>();
  const tell = (message: string): void => {
    const now = clock.now();
    if (now - (told.get(message) ?? -Infinity) < 10_000) return;
    told.set(message, now);
    onProgress({ kind: 'note', message: `${message} Trying again.` });
  };
  const begin = (): Spell => {
    let pauseMs = tuning.retryFirstMs;
    let firstMs: number | null = null;
    let tries = 0;
    return {
      tries: () => tries,
      reset: () => {
        pauseMs = tuning.retryFirstMs;
        firstMs = null;
        tries = 0;
      },
      pause: async (error, signal) => {
        throwIfAborted(signal);
        tries++;
        const fault = faultOf(error);
        if (fault?.mayPass === true) isHeard = true;
        const now = clock.now();
        firstMs ??= now;
        const waitMs = Math.max(pauseMs, fault?.retryAfterMs ?? 0);
        const limitMs = isHeard ? tuning.patienceMs : tuning.patienceFirstMs;
        const isAsked = fault?.mayPass === true && fault.retryAfterMs !== null;
        if (isAsked)
          firstMs += waitMs; // what the provider asks for is no failing
        else if (now + waitMs - firstMs > limitMs) throw error;
        tell(messageOf(error));
        await clock.sleep(waitMs, signal);
        pauseMs = Math.min(pauseMs * 2, tuning.retrySlowestMs);
      },
    };
  };
  return {
    begin,
    heard: () => {
      isHeard = true;
    },
    run: async (call, signal) => {
      const spell = begin();
      for (;;) {
        try {
          const answer = await call();
          isHeard = true;
          return answer;
        } catch (error) {
          if (!mayPass(error)) throw error;
          await spell.pause(error, signal);
        }
      }
    },
  };
}
