import { pipeline } from 'node:stream/promises';
import zlib from 'node:zlib';
import { snappyUncompressor } from 'hysnappy';
import { ZSTDDecoder } from 'zstddec/stream';
import { TrancheError, isTrancheError, messageOf, throwIfAborted } from '../core/errors.ts';
import type { ByteSource, Codecs, NextPiece, PageCodec } from '../core/ports.ts';
import { unpackLz4Any, unpackLz4Block, unpackLz4Frame } from './lz4.ts';
import { piecesUnpacker } from './unpackPieces.ts';
import { zstdPieces } from './zstdPieces.ts';

/** No single block may claim more. */
const MAX_BLOCK_BYTES = 1 << 30;
/** Blocks above this leave no grown WebAssembly memory behind; those below would only take a fresh one each time. */
const KEEP_BYTES = 80 << 20;
/** What an announced size may make zlib set aside at once. */
const MAX_CHUNK_BYTES = 128 << 20;
const PIECE_BYTES = 1 << 20;
/** A decoder that gives nothing so many times running is stuck on broken input. */
const MAX_EMPTY_OUTPUTS = 1000;

/** Node has zstd from 22.15 on; the types are of Node 20. */
const nativeZstd = (
  zlib as unknown as {
    zstdDecompressSync?: (packed: Uint8Array, options: { maxOutputLength: number; chunkSize: number }) => Uint8Array;
  }
).zstdDecompressSync;

/** One output buffer of the announced size: zlib otherwise gathers small ones and copies them together. */
function outputOf(sizeBytes: number): { maxOutputLength: number; chunkSize: number } {
  return { maxOutputLength: sizeBytes, chunkSize: Math.min(sizeBytes, MAX_CHUNK_BYTES) + 64 };
}

type Unpack = (packed: Uint8Array, sizeBytes: number) => Uint8Array;

function declaredSnappySize(packed: Uint8Array): number {
  let size = 0;
  for (let i = 0; i < 5; i++) {
    const byte = packed[i] ?? 128;
    size += (byte & 127) * 2 ** (7 * i);
    if (byte < 128) return size;
  }
  return -1;
}

function snappyUnpacker(): Unpack {
  let kept = snappyUncompressor();
  return (packed, sizeBytes) => {
    if (declaredSnappySize(packed) !== sizeBytes) throw new Error('snappy data of another size');
    const large = packed.length + sizeBytes > KEEP_BYTES;
    try {
      return (large ? snappyUncompressor() : kept)(packed, sizeBytes);
    } catch (error) {
      kept = snappyUncompressor();
      throw error;
    }
  };
}

function* cut(packed: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < packed.length; at += PIECE_BYTES) yield packed.subarray(at, at + PIECE_BYTES);
}

function unpackLargeZstd(decoder: ZSTDDecoder, packed: Uint8Array, sizeBytes: number): Uint8Array {
  const out = new Uint8Array(sizeBytes);
  let at = 0;
  let empty = 0;
  for (const piece of decoder.decodeStreaming(cut(packed))) {
    empty = piece.length === 0 ? empty + 1 : 0;
    if (empty > MAX_EMPTY_OUTPUTS) throw new Error('broken zstd data');
    if (piece.length > sizeBytes - at) throw new Error('zstd data larger than announced');
    out.set(piece, at);
    at += piece.length;
  }
  if (at !== sizeBytes) throw new Error('zstd data smaller than announced');
  return out;
}

function zstdUnpacker(decoder: ZSTDDecoder): Unpack {
  const portable: Unpack = (packed, sizeBytes) =>
    packed.length + sizeBytes > KEEP_BYTES
      ? unpackLargeZstd(decoder, packed, sizeBytes)
      : decoder.decode(packed, sizeBytes);
  if (nativeZstd === undefined) return portable;
  return (packed, sizeBytes) => {
    const unpacked = nativeZstd(packed, outputOf(sizeBytes));
    // Node ends after the first frame; the other decoder reads them all.
    return unpacked.length < sizeBytes ? portable(packed, sizeBytes) : unpacked;
  };
}

function unpackers(decoder: ZSTDDecoder): Record<PageCodec, Unpack> {
  return {
    UNCOMPRESSED: (packed) => packed,
    SNAPPY: snappyUnpacker(),
    GZIP: (packed, sizeBytes) => zlib.unzipSync(packed, outputOf(sizeBytes)),
    BROTLI: (packed, sizeBytes) => zlib.brotliDecompressSync(packed, outputOf(sizeBytes)),
    ZSTD: zstdUnpacker(decoder),
    LZ4: unpackLz4Any,
    LZ4_RAW: unpackLz4Block,
    LZ4_FRAME: unpackLz4Frame,
  };
}

async function* packedPieces(source: ByteSource, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < source.sizeBytes; at += PIECE_BYTES) {
    throwIfAborted(signal);
    yield await source.read(at, Math.min(PIECE_BYTES, source.sizeBytes - at), signal);
  }
}

async function* gunzipped(source: ByteSource, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const gunzip = zlib.createGunzip({ chunkSize: PIECE_BYTES });
  let fault: unknown;
  const fed = pipeline(packedPieces(source, signal), gunzip).catch((error: unknown) => {
    fault = error;
  });
  try {
    for await (const piece of gunzip) {
      throwIfAborted(signal);
      yield piece as Uint8Array;
    }
  } catch (error) {
    await fed;
    throw isTrancheError(error) ? error : (fault ?? error);
  } finally {
    gunzip.destroy();
  }
}

async function* unzstded(decoder: ZSTDDecoder, source: ByteSource, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const reading = packedPieces(source, signal);
  const next: NextPiece = async () => {
    const step = await reading.next();
    return step.done === true ? null : step.value;
  };
  for await (const piece of zstdPieces(decoder, next)) {
    throwIfAborted(signal);
    yield piece;
  }
}

/** Joins small pieces to about 1 MB. */
async function* joined(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  const take = (): Uint8Array => {
    const all = new Uint8Array(bytes);
    let at = 0;
    for (const piece of waiting) {
      all.set(piece, at);
      at += piece.length;
    }
    waiting = [];
    bytes = 0;
    return all;
  };
  for await (const piece of pieces) {
    waiting.push(piece);
    bytes += piece.length;
    if (bytes >= PIECE_BYTES) yield take();
  }
  if (bytes > 0) yield take();
}

async function* named(
  kind: 'gzip' | 'zstd',
  pieces: AsyncIterable<Uint8Array>,
  source: ByteSource,
): AsyncGenerator<Uint8Array> {
  try {
    yield* pieces;
  } catch (error) {
    if (isTrancheError(error)) throw error;
    throw new TrancheError(
      'badData',
      `${source.name} cannot be unpacked: its ${kind} data is broken or cut short (${messageOf(error)}).`,
      error,
    );
  }
}

/** Opens the decompressors: native code where Node has it, WebAssembly elsewhere. */
export async function openCodecs(): Promise<Codecs> {
  const decoder = new ZSTDDecoder();
  await decoder.init();
  const table = unpackers(decoder);
  const unpack: Codecs['unpack'] = (codec, packed, sizeBytes) => {
    if (!(sizeBytes >= 0 && sizeBytes <= MAX_BLOCK_BYTES)) throw new Error(`a block of ${sizeBytes} bytes`);
    if (sizeBytes === 0) return new Uint8Array(0);
    const unpacked = table[codec](packed, sizeBytes);
    if (unpacked.length !== sizeBytes) throw new Error('unpacks to another size than announced');
    return unpacked;
  };
  return {
    unpack,
    unpackPieces: piecesUnpacker(decoder, unpack),
    // zlib's own zstd stream ends after the first frame, so the decoder here is the same on every Node.
    unpackStream: (kind, source, signal) =>
      named(kind, kind === 'gzip' ? gunzipped(source, signal) : joined(unzstded(decoder, source, signal)), source),
  };
}
