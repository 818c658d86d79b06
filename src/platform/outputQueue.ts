/** A queue between one producer and one consumer. What it holds is bounded by the producer. */
export interface OutputQueue<T> {
  push: (item: T) => void;
  end: () => void;
  fail: (error: unknown) => void;
  items: () => AsyncGenerator<T>;
}

/** Opens a queue that nothing is in. */
export function openOutputQueue<T>(): OutputQueue<T> {
  const waiting: T[] = [];
  let ended = false;
  let failure: { error: unknown } | null = null;
  let wake: (() => void) | null = null;
  const stir = (): void => {
    wake?.();
    wake = null;
  };
  return {
    push: (item) => {
      waiting.push(item);
      stir();
    },
    end: () => {
      ended = true;
      stir();
    },
    fail: (error) => {
      failure = { error };
      stir();
    },
    items: async function* () {
      for (;;) {
        const item = waiting.shift();
        if (item !== undefined) yield item;
        else if (failure) throw failure.error;
        else if (ended) return;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}
