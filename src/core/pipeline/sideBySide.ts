/**
 * Runs two halves of one work at once, each with a signal of its own that also aborts with `signal`. The first to fail stops the other; its error is
 * thrown once both have ended, so nothing goes on behind the caller's back.
 */
export async function sideBySide<A, B>(
  first: (signal: AbortSignal) => Promise<A>,
  second: (signal: AbortSignal) => Promise<B>,
  signal: AbortSignal,
): Promise<[A, B]> {
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const failures: unknown[] = [];
  const guarded = async <T>(half: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    try {
      return await half(either);
    } catch (error) {
      failures.push(error);
      stop.abort();
      throw error;
    }
  };
  const halves = [guarded(first), guarded(second)] as const;
  await Promise.allSettled(halves);
  if (failures.length > 0) throw failures[0];
  return Promise.all(halves);
}
