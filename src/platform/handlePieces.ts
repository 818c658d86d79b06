import type { Transform } from 'node:stream';
import zlib from 'node:zlib';
import type { NextPiece } from '../core/ports.ts';

const OUTPUT_BYTES = 256 << 10;

/** What is behind zlib's streams in every Node: https://github.com/nodejs/node/blob/main/lib/zlib.js */
interface Handle {
  readonly writeSync: (
    flush: number,
    input: Uint8Array,
    inputAt: number,
    inputBytes: number,
    output: Uint8Array,
    outputAt: number,
    outputBytes: number,
  ) => void;
}

interface Opened {
  readonly handle: Handle;
  /** Bytes that are left of the output and of the input after a write. */
  readonly left: Uint32Array;
}

/** The handle of a stream, null where a Node keeps it otherwise. */
export function handleOf(stream: Transform): Opened | null {
  const { _handle: handle, _writeState: left } = stream as unknown as {
    _handle?: Partial<Handle>;
    _writeState?: unknown;
  };
  return typeof handle?.writeSync === 'function' && left instanceof Uint32Array && left.length === 2
    ? { handle: handle as Handle, left }
    : null;
}

/**
 * One block, unpacked in this thread and always into the same output, so that nothing is left to be collected; `zlib`'s documented interface gives either
 * whole blocks or fresh memory for every piece, filled by other threads.
 */
export async function* handlePieces(
  stream: Transform,
  { handle, left }: Opened,
  next: NextPiece,
): AsyncGenerator<Uint8Array, void, undefined> {
  const output = new Uint8Array(OUTPUT_BYTES);
  try {
    for (let piece = await next(); piece !== null; piece = await next()) {
      for (let at = 0, isMore = true; isMore;) {
        handle.writeSync(zlib.constants.Z_NO_FLUSH, piece, at, piece.length - at, output, 0, OUTPUT_BYTES);
        const [outputLeft = 0, inputLeft = 0] = left;
        if (stream.errored) throw stream.errored;
        const took = piece.length - at - inputLeft;
        const gave = OUTPUT_BYTES - outputLeft;
        if (gave > 0) yield output.subarray(0, gave);
        at += took;
        // It stops at the end of a frame, too.
        isMore = outputLeft === 0 || (inputLeft > 0 && took + gave > 0);
        if (!isMore && inputLeft > 0) return;
      }
    }
  } finally {
    stream.destroy();
  }
}
