import type { ZSTDDecoder } from 'zstddec/stream';
import type { Codecs, NextPiece, PageCodec } from '../core/ports.ts';
import { snappyPieces } from './snappyPieces.ts';
import { ZLIB_STREAMS, zlibPieces } from './zlibPieces.ts';
import { zstdPieces } from './zstdPieces.ts';

/** No single block may claim more. */
const MAX_BLOCK_BYTES = 1 << 30;

type Pieces = AsyncGenerator<Uint8Array, 'ended' | 'stuck', undefined>;

/** How a block of `sizeBytes` is unpacked in pieces: first so, and where that gets stuck, from the front again in another way. */
interface Ways {
  readonly first: (next: NextPiece, sizeBytes: number) => Pieces;
  readonly other: ((next: NextPiece, sizeBytes: number) => Pieces) | null;
}

async function joined(next: NextPiece): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for (let piece = await next(); piece !== null; piece = await next()) pieces.push(new Uint8Array(piece));
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

async function* atOnce(unpack: Codecs['unpack'], codec: PageCodec, next: NextPiece, sizeBytes: number): Pieces {
  yield unpack(codec, await joined(next), sizeBytes);
  return 'ended';
}

async function* inPieces(
  { first, other }: Ways,
  open: () => NextPiece,
  sizeBytes: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (!(sizeBytes >= 0 && sizeBytes <= MAX_BLOCK_BYTES)) throw new Error(`a block of ${sizeBytes} bytes`);
  if (sizeBytes === 0) return;
  let given = 0;
  let stuck = false;
  for (const way of [first, other]) {
    if (way === null || given === sizeBytes) break;
    let known = given;
    const pieces = way(open(), sizeBytes);
    try {
      let step = await pieces.next();
      for (; step.done !== true; step = await pieces.next()) {
        const fresh = step.value.subarray(Math.min(known, step.value.length));
        known -= step.value.length - fresh.length;
        given += fresh.length;
        if (given > sizeBytes) throw new Error('unpacks to another size than announced');
        if (fresh.length > 0) yield fresh;
      }
      stuck = step.value === 'stuck';
    } finally {
      await pieces.return('ended');
    }
    if (!stuck) break;
  }
  if (given !== sizeBytes || stuck) throw new Error('unpacks to another size than announced');
}

/** `Codecs.unpackPieces`: native streams where Node has them, for snappy the kernel, else `unpack`. */
export function piecesUnpacker(decoder: ZSTDDecoder, unpack: Codecs['unpack']): Codecs['unpackPieces'] {
  const zlib =
    (open: typeof ZLIB_STREAMS.GZIP): Ways['first'] =>
    (next, sizeBytes) =>
      zlibPieces(open, next, sizeBytes);
  const portableZstd: Ways['first'] = (next) => zstdPieces(decoder, next);
  const ways: Partial<Record<PageCodec, Ways>> = {
    GZIP: { first: zlib(ZLIB_STREAMS.GZIP), other: null },
    BROTLI: { first: zlib(ZLIB_STREAMS.BROTLI), other: null },
    SNAPPY: { first: snappyPieces, other: (next, sizeBytes) => atOnce(unpack, 'SNAPPY', next, sizeBytes) },
    ZSTD:
      ZLIB_STREAMS.ZSTD === undefined
        ? { first: portableZstd, other: null }
        : { first: zlib(ZLIB_STREAMS.ZSTD), other: portableZstd },
  };
  return (codec, open, sizeBytes) => {
    const way = ways[codec];
    return way === undefined ? null : inPieces(way, open, sizeBytes);
  };
}
