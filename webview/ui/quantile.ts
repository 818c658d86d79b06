import type { SizeHistogram } from './shapes.ts';

/** Where a share of all values lies, inside its bucket on a log scale; null without values. */
export function quantile({ buckets }: SizeHistogram, share: number): number | null {
  const all = buckets.reduce((sum, { count }) => sum + count, 0);
  if (all <= 0) return null;
  let below = 0;
  for (const { from, to, count } of buckets) {
    if (count > 0 && below + count >= share * all) {
      const within = (share * all - below) / count;
      const low = Math.max(1, from);
      return low * (Math.max(low, to) / low) ** within;
    }
    below += count;
  }
  return buckets.at(-1)?.to ?? null;
}
