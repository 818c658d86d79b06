import type { Transform } from 'node:stream';
import zlib from 'node:zlib';
import { messageOf } from '../core/errors.ts';
import type { NextPiece } from '../core/ports.ts';
import { handleOf, handlePieces } from './handlePieces.ts';

const OUTPUT_BYTES = 256 << 10;

type Open = (options: { chunkSize: number }) => Transform;

/** Node has zstd from 22.15 on; the types are of Node 20. */
const openZstd = (zlib as unknown as { createZstdDecompress?: Open }).createZstdDecompress;

/** zlib's own streams: native code, and for zstd only where Node has it. */
export const ZLIB_STREAMS: { readonly GZIP: Open; readonly BROTLI: Open; readonly ZSTD: Open | undefined } = {
  GZIP: (options) => zlib.createUnzip(options),
  BROTLI: (options) => zlib.createBrotliDecompress(options),
  ZSTD: openZstd,
};

/** Hands pieces over one at a time: a piece is used up when its callback is called (never, if the stream is closed first). */
async function feed(stream: Transform, next: NextPiece): Promise<void> {
  const closed = new Promise<void>((resolve) => stream.once('close', resolve));
  const write = async (piece: Uint8Array): Promise<void> =>
    new Promise((resolve, reject) => {
      stream.write(piece, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  for (let piece = await next(); piece !== null; piece = await next()) {
    if (stream.destroyed || stream.readableEnded) return;
    await Promise.race([write(piece), closed]);
  }
  stream.end();
}

/** One block, unpacked by other threads. */
export async function* streamPieces(stream: Transform, next: NextPiece): AsyncGenerator<Uint8Array, void, undefined> {
  const fed = feed(stream, next).catch((error: unknown) => {
    stream.destroy(error instanceof Error ? error : new Error(messageOf(error)));
  });
  try {
    yield* stream as AsyncIterable<Uint8Array>;
  } finally {
    stream.destroy();
    await fed;
  }
}

/** One block, unpacked piece by piece, each valid until the next is asked for. `stuck` if it ends before it has given the announced size. */
export async function* zlibPieces(
  open: Open,
  next: NextPiece,
  sizeBytes: number,
): AsyncGenerator<Uint8Array, 'ended' | 'stuck', undefined> {
  const stream = open({ chunkSize: OUTPUT_BYTES });
  // An error behind the end of the output is nobody's.
  stream.on('error', () => undefined);
  const handle = handleOf(stream);
  let left = sizeBytes;
  for await (const piece of handle === null ? streamPieces(stream, next) : handlePieces(stream, handle, next)) {
    left -= piece.length;
    yield piece;
  }
  return left > 0 ? 'stuck' : 'ended';
}
