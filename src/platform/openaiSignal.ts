/** A signal of one call that follows a longer-lived one without leaving anything behind on it. */
export interface LinkedSignal {
  readonly signal: AbortSignal;
  readonly abort: () => void;
  /** Ends the link; the signal no longer follows. */
  readonly unlink: () => void;
}

/** Aborts when `outer` does, or by its own `abort`. */
export function linkedSignal(outer: AbortSignal): LinkedSignal {
  const own = new AbortController();
  const abort = (): void => own.abort();
  if (outer.aborted) abort();
  else outer.addEventListener('abort', abort, { once: true });
  return { signal: own.signal, abort, unlink: () => outer.removeEventListener('abort', abort) };
}
