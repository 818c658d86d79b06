import type { RunTuning } from './runPorts.ts';

/**
 * When to look at the provider's list next, in milliseconds since the epoch: `firstLookMs` after a batch was created,
 * then after a quarter of the youngest batch's age, at most every `slowestLookMs`.
 * `sincesMs` are the creation times of the watched batches; `lastLookMs` is -Infinity before the first look.
 */
export function nextLookAtMs(
  sincesMs: readonly number[],
  lastLookMs: number,
  { firstLookMs, slowestLookMs }: Pick<RunTuning, 'firstLookMs' | 'slowestLookMs'>,
): number {
  const fresh = sincesMs.filter((sinceMs) => sinceMs > lastLookMs);
  const first = fresh.length > 0 ? Math.min(...fresh) + firstLookMs : -Infinity;
  if (lastLookMs === -Infinity) return first;
  const age = lastLookMs - Math.max(...sincesMs);
  const pauseMs = Math.min(slowestLookMs, Math.max(firstLookMs, age / 4));
  return Math.max(lastLookMs + pauseMs, first);
}
