import type { NumberSource } from './hybridReader.ts';

/** Numbers that can be looked at before they are taken. */
export interface PeekBuffer {
  /** The next `count` numbers; valid until the next peek. */
  readonly peek: (count: number) => Uint32Array;
  readonly advance: (count: number) => void;
}

/** Puts a buffer before a source. */
export function peekBuffer(source: NumberSource): PeekBuffer {
  let buffer = new Uint32Array(0);
  let from = 0;
  let to = 0;
  return {
    peek: (count) => {
      if (to - from < count) {
        const next = buffer.length >= count ? buffer : new Uint32Array(count);
        next.set(buffer.subarray(from, to));
        buffer = next;
        to -= from;
        from = 0;
        source.read(buffer.subarray(to, count), count - to);
        to = count;
      }
      return buffer.subarray(from, from + count);
    },
    advance: (count) => {
      from += count;
    },
  };
}
