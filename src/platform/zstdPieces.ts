import type { ZSTDDecoder } from 'zstddec/stream';
import type { NextPiece } from '../core/ports.ts';

/** A decoder that gives nothing so many times running is stuck on broken input. */
const MAX_EMPTY_OUTPUTS = 1000;
/** So many pieces of 128 kB are unpacked for nothing when a stream is left, so that it gives its memory back. */
const MAX_LAST_OUTPUTS = 256;

/** The decoder frees what it took only at its end. */
function finish(decoding: Generator<Uint8Array>): void {
  try {
    for (let i = 0; i < MAX_LAST_OUTPUTS; i++) if (decoding.next().done === true) return;
  } catch {
    // Its data ends in the middle, as it was told to.
  }
}

/**
 * Zstandard frames, unpacked piece by piece, each valid until the next is asked for. The decoder pulls its input synchronously, at most one piece for
 * each piece it gives: one is always read ahead.
 */
export async function* zstdPieces(
  decoder: ZSTDDecoder,
  next: NextPiece,
): AsyncGenerator<Uint8Array, 'ended', undefined> {
  let ahead = await next();
  let taken = false;
  const input: Iterable<Uint8Array> = {
    [Symbol.iterator]: () => ({
      next: () => {
        taken = true;
        return ahead === null ? { done: true, value: undefined } : { done: false, value: ahead };
      },
    }),
  };
  const decoding = decoder.decodeStreaming(input);
  try {
    let empty = 0;
    for (let step = decoding.next(); step.done !== true; step = decoding.next()) {
      empty = step.value.length === 0 ? empty + 1 : 0;
      if (empty > MAX_EMPTY_OUTPUTS) throw new Error('broken zstd data');
      if (taken) ahead = await next();
      taken = false;
      if (step.value.length > 0) yield step.value;
    }
    return 'ended';
  } finally {
    ahead = null;
    finish(decoding);
  }
}
