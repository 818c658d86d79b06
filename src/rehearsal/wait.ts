/** Resolves after `ms`, or as soon as the signal aborts; never rejects and leaves no timer behind. */
export function wait(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, Math.min(Math.max(0, ms), 2 ** 31 - 1));
    signal.addEventListener('abort', end, { once: true });
  });
}

/** Lets the event loop turn once: long work calls it between slices so that requests are answered meanwhile. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
