/** Runs `work` with the newest arguments, but not again within `everyMs`: what comes too early is dropped. */
export function atMostEvery<Args extends readonly unknown[]>(
  everyMs: number,
  work: (...args: Args) => void,
): (...args: Args) => void {
  let lastMs = -Infinity;
  return (...args) => {
    const now = performance.now();
    if (now - lastMs < everyMs) return;
    lastMs = now;
    work(...args);
  };
}
