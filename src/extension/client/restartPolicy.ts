const WINDOW_MS = 60_000;
const MAX_STARTS = 5;
const FIRST_DELAY_MS = 250;

/** How long to wait before the next start, after exits at these times (newest last); null: it dies too often. */
export function restartDelayMs(exitsMs: readonly number[], nowMs: number): number | null {
  const recent = exitsMs.filter((atMs) => nowMs - atMs < WINDOW_MS).length;
  return recent > MAX_STARTS ? null : FIRST_DELAY_MS * 2 ** Math.max(0, recent - 1);
}
