import { setTimeout as delay } from 'node:timers/promises';

/** What `look` says once it says something; throws with `what` when it does not within the limit. */
export async function waitFor<T>(
  what: string,
  look: () => Promise<T | null | undefined | false> | T | null | undefined | false,
  limitMs = 60_000,
): Promise<T> {
  const end = Date.now() + limitMs;
  for (;;) {
    const seen = await look();
    if (seen !== null && seen !== undefined && seen !== false) return seen;
    if (Date.now() > end) throw new Error(`${what}: not in ${limitMs / 1000} s`);
    await delay(20);
  }
}
