import type { ByteSource } from '../ports.ts';

/** Reads lines of one file by their place. */
export interface LineReader {
  /** Bytes [from, to) of the file; valid until the next call. */
  readonly read: (from: number, to: number, signal: AbortSignal) => Promise<Uint8Array>;
}

/** A file up to this size is held whole. */
const WHOLE_BYTES = 32_000_000;
const WINDOW_BYTES = 1_000_000;

/** Holds a small file whole; of a large one keeps a window, and reads ahead only where lines are asked for in the order of the file. */
export function openLineReader(source: ByteSource): LineReader {
  let window: Uint8Array = new Uint8Array(0);
  let [windowFrom, lastTo] = [0, 0];
  const load = async (from: number, to: number, signal: AbortSignal): Promise<void> => {
    const isWhole = source.sizeBytes <= WHOLE_BYTES;
    const isNext = from >= lastTo && from - lastTo < WINDOW_BYTES;
    const start = isWhole ? 0 : from;
    const end = isWhole ? source.sizeBytes : isNext ? Math.min(source.sizeBytes, from + WINDOW_BYTES) : to;
    window = await source.read(start, Math.max(end, to) - start, signal);
    windowFrom = start;
  };
  return {
    read: async (from, to, signal) => {
      if (from < windowFrom || to > windowFrom + window.length) await load(from, to, signal);
      lastTo = to;
      return window.subarray(from - windowFrom, to - windowFrom);
    },
  };
}
