import { faultOf } from '../submit/providerError.ts';
import type { Drive } from './drive.ts';

/**
 * Calls again as long as a 404 may mean that something new is not visible everywhere yet: until `freshMs` after `sinceMs`.
 * Then the 404 is thrown; every other error at once.
 */
export async function untilVisible<T>(drive: Drive, sinceMs: number, call: () => Promise<T>): Promise<T> {
  const { deps, patience, signal } = drive;
  const spell = patience.begin();
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!isUnknown(error) || deps.clock.now() - sinceMs > deps.tuning.freshMs) throw error;
      patience.heard();
      await spell.pause(error, signal);
    }
  }
}

/** True when the provider does not know what it was asked about. */
export function isUnknown(error: unknown): boolean {
  return faultOf(error)?.status === 404;
}
