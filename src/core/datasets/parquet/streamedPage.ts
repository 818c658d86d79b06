import type { Kernel } from '../../../kernel/kernel.ts';
import type { Codecs } from '../../ports.ts';
import { plainByteValues } from './byteValues.ts';
import type { ChunkPages, PageAt } from './chunkPages.ts';
import { deltaLengthValues } from './deltaByteValues.ts';
import { deltaReader, deltasEnd } from './deltaReader.ts';
import { plainFixedValues } from './fixedValues.ts';
import type { FlatLeaf } from './flatLeaf.ts';
import type { OpenPage, ValueStream } from './openPage.ts';
import { readLevels } from './openPage.ts';
import type { Reading } from './packedBytes.ts';
import { PackedBytes } from './packedBytes.ts';
import type { PageHeader } from './pageHeader.ts';
import { PageStream } from './pageStream.ts';
import { peekBuffer } from './peekBuffer.ts';
import { isCodec } from './unpackPage.ts';

const FIRST_DELTA_BYTES = 64 << 10;

/** Which pages are unpacked while they are read instead of as a whole. */
export interface StreamLimits {
  /** Pages that unpack to more. */
  readonly pageBytes: number;
  /** Their packed bytes are read in pieces of so many. */
  readonly pieceBytes: number;
}

/** A page of a column chunk. */
interface ChunkPage {
  readonly pages: ChunkPages;
  readonly leaf: FlatLeaf;
  readonly codec: string;
  readonly page: PageAt;
}

async function* stored(packed: PackedBytes): AsyncGenerator<Uint8Array, void, undefined> {
  for (let piece = await packed.next(); piece !== null; piece = await packed.next()) yield piece;
  await packed.verify();
}

/** The values' bytes behind `packed`'s present place; null for a codec that unpacks whole blocks only. */
function unpackedPieces(
  codecs: Codecs,
  codec: string,
  header: PageHeader,
  packed: PackedBytes,
): AsyncGenerator<Uint8Array, void, undefined> | null {
  if (!isCodec(codec)) return null;
  if (!header.isPacked || codec === 'UNCOMPRESSED') return stored(packed);
  const levels = header.repetitionBytes + header.definitionBytes;
  let last = packed;
  const open = () => {
    last = packed.fork();
    return async () => last.next();
  };
  const pieces = codecs.unpackPieces(codec, open, header.unpackedBytes - levels);
  return pieces === null ? null : verified(pieces, () => last);
}

async function* verified(
  pieces: AsyncGenerator<Uint8Array, void, undefined>,
  last: () => PackedBytes,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield* pieces;
  await last().verify();
}

function isStreamed({ leaf, page: { header } }: ChunkPage, limits: StreamLimits): boolean {
  if (header.unpackedBytes <= limits.pageBytes) return false;
  const isBytes = leaf.physical === 'BYTE_ARRAY';
  if (header.encoding === 'DELTA_LENGTH_BYTE_ARRAY') return isBytes;
  return header.encoding === 'PLAIN' && (isBytes || (leaf.physical !== 'BOOLEAN' && leaf.layout.width > 0));
}

/** How many bytes of a version 1 page are levels; they are in the region already as far as they tell it. */
async function levelBytes(stream: PageStream, header: PageHeader, maxDefinition: number): Promise<number> {
  if (maxDefinition === 0) return 0;
  if (header.levelEncoding === 'BIT_PACKED') return Math.ceil((header.values * (32 - Math.clz32(maxDefinition))) / 8);
  if (header.levelEncoding !== 'RLE') return 0; // `readLevels` says so
  if (!(await stream.load(4))) throw new Error('a page is too short');
  return 4 + new DataView(stream.bytes.buffer, stream.bytes.byteOffset + stream.at).getUint32(0, true);
}

async function takeLevels(stream: PageStream, header: PageHeader, maxDefinition: number): Promise<Uint8Array> {
  const length = await levelBytes(stream, header, maxDefinition);
  if (!(await stream.load(length))) throw new Error('a page is shorter than its levels');
  stream.at += length;
  return new Uint8Array(stream.bytes.subarray(stream.at - length, stream.at));
}

type Values = Pick<OpenPage, 'values'> & Pick<ValueStream, 'load' | 'ready'>;

function byteStream(stream: PageStream): Values {
  const of = plainByteValues(stream);
  const load = async (): Promise<void> => {
    if (!(await stream.load(4))) return;
    const { bytes, at } = stream;
    await stream.load(4 + new DataView(bytes.buffer, bytes.byteOffset + at).getUint32(0, true));
  };
  const ready = (count: number): number => of.fit(count, Number.MAX_SAFE_INTEGER).count;
  return { values: { kind: 'bytes', of }, load, ready };
}

/** The deltas in front of a page, whose own bytes tell how many they are. */
async function takeDeltas(stream: PageStream): Promise<Uint8Array> {
  for (let wanted = FIRST_DELTA_BYTES; ; wanted *= 2) {
    const length = Math.min(wanted, stream.left);
    await stream.load(length);
    const { bytes, at } = stream;
    try {
      stream.at = deltasEnd(bytes, at, bytes.length);
      return new Uint8Array(bytes.subarray(at, stream.at));
    } catch (error) {
      if (length === stream.left) throw error;
    }
  }
}

async function deltaLengthStream(kernel: Kernel, stream: PageStream): Promise<Values> {
  const deltas = await takeDeltas(stream);
  const of = deltaLengthValues(kernel, deltaReader(deltas, 0, deltas.length), stream);
  const load = async (): Promise<void> => {
    await stream.load(of.nextLength());
  };
  const ready = (count: number): number => of.fit(count, Number.MAX_SAFE_INTEGER).count;
  return { values: { kind: 'bytes', of }, load, ready };
}

function fixedStream(stream: PageStream, width: number): Values {
  const load = async (): Promise<void> => {
    await stream.load(width);
  };
  const ready = (count: number): number =>
    // What is not there is missed by those who take it.
    Math.max(Math.min(count, 1), Math.min(count, Math.floor((stream.bytes.length - stream.at) / width)));
  return { values: { kind: 'fixed', of: plainFixedValues(stream, width) }, load, ready };
}

async function valuesOf(kernel: Kernel, stream: PageStream, encoding: string, leaf: FlatLeaf): Promise<Values> {
  if (leaf.physical !== 'BYTE_ARRAY') return fixedStream(stream, leaf.layout.width);
  // A page of nulls alone may have nothing behind its levels.
  return encoding === 'PLAIN' || stream.left === 0 ? byteStream(stream) : deltaLengthStream(kernel, stream);
}

/** Opens a large page of PLAIN or DELTA_LENGTH_BYTE_ARRAY values so that it is unpacked while it is read; null for all others. Throws a plain Error. */
export async function streamedPage(
  kernel: Kernel,
  codecs: Codecs,
  chunk: ChunkPage,
  limits: StreamLimits,
  signal: AbortSignal,
): Promise<OpenPage | null> {
  if (!isStreamed(chunk, limits)) return null;
  const { leaf, page } = chunk;
  const { header } = page;
  const front = header.repetitionBytes + header.definitionBytes;
  if (front > header.packedBytes || front > header.unpackedBytes) throw new Error('a page is shorter than its levels');
  const isStored = !header.isPacked || chunk.codec === 'UNCOMPRESSED';
  if (isStored && header.packedBytes !== header.unpackedBytes)
    throw new Error('a page has another size than announced');
  const reading: Reading = { signal };
  const packed = new PackedBytes(chunk.pages, page, reading, limits.pieceBytes);
  const inFront = await packed.take(front);
  const pieces = unpackedPieces(codecs, chunk.codec, header, packed);
  if (pieces === null) return null;
  const stream = new PageStream(pieces, header.unpackedBytes - front);
  try {
    const levels = header.version === 2 ? inFront : await takeLevels(stream, header, leaf.maxDefinition);
    const { source } = readLevels(levels, header, leaf.maxDefinition);
    const { values, load, ready } = await valuesOf(kernel, stream, header.encoding, leaf);
    const resume = (next: AbortSignal): void => {
      reading.signal = next;
    };
    return {
      left: header.values,
      levels: source === null ? null : peekBuffer(source),
      values,
      stream: { load, ready, finish: async () => stream.finish(), close: async () => stream.close(), resume },
    };
  } catch (error) {
    await stream.close();
    throw error;
  }
}
