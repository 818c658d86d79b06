import type { ByteSource, Codecs, PageCodec } from '../../ports.ts';
import type { ArrowArray, ArrowField } from '../values/arrowArray.ts';
import { regionsOf, type Part } from './batchParts.ts';
import type { Region } from './message.ts';

/** Regions nearer to each other than this are read at once. */
const GAP_BYTES = 64 << 10;
/** One call of the system reads less than 2 GiB. */
const READ_BYTES = 1 << 30;
const MAX_BUFFER_BYTES = 0x7fffffff;
/** What the packed buffers of one record batch may become together. */
const MAX_UNPACKED_BYTES = 2 ** 32;

/** The bytes of regions, as they are unpacked. */
export type Buffers = (region: Region) => Uint8Array;

/** Reads just the regions of these parts from a body that begins at `bodyAt` and gives them unpacked. */
export async function readBody(
  source: ByteSource,
  bodyAt: number,
  parts: readonly Part[],
  codec: PageCodec,
  codecs: Codecs,
  signal: AbortSignal,
): Promise<Buffers> {
  const wanted = parts.flatMap(regionsOf).filter(({ length }) => length > 0);
  const pieces: { at: number; bytes: Uint8Array }[] = [];
  for (const { offset, length } of joined(wanted)) {
    pieces.push({ at: offset, bytes: await readLong(source, bodyAt + offset, length, signal) });
  }
  let unpackedBytes = 0;
  return ({ offset, length }) => {
    if (length === 0) return new Uint8Array(0);
    const piece = pieces.findLast(({ at }) => at <= offset);
    if (piece === undefined) throw new Error('a buffer was not read');
    const bytes = piece.bytes.subarray(offset - piece.at, offset - piece.at + length);
    if (codec === 'UNCOMPRESSED') return bytes;
    const buffer = unpacked(bytes, codec, codecs);
    unpackedBytes += buffer.length;
    if (unpackedBytes > MAX_UNPACKED_BYTES) throw new Error('a record batch unpacks to more than 4 GiB');
    return buffer;
  };
}

/** Regions in order, near ones as one. */
function joined(regions: readonly Region[]): Region[] {
  const all: { offset: number; length: number }[] = [];
  for (const { offset, length } of regions.toSorted((a, b) => a.offset - b.offset)) {
    const last = all.at(-1);
    if (last === undefined || offset > last.offset + last.length + GAP_BYTES) all.push({ offset, length });
    else last.length = Math.max(last.length, offset + length - last.offset);
  }
  return all;
}

async function readLong(source: ByteSource, at: number, length: number, signal: AbortSignal): Promise<Uint8Array> {
  if (length <= READ_BYTES) return source.read(at, length, signal);
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length; done += READ_BYTES) {
    bytes.set(await source.read(at + done, Math.min(READ_BYTES, length - done), signal), done);
  }
  return bytes;
}

/** A packed buffer begins with its unpacked size (int64); -1 says that it is not packed (format/Message.fbs, BodyCompression). */
function unpacked(bytes: Uint8Array, codec: PageCodec, codecs: Codecs): Uint8Array {
  if (bytes.length < 8) throw new Error('a packed buffer is cut short');
  const sizeBytes = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigInt64(0, true));
  const packed = bytes.subarray(8);
  if (sizeBytes === -1) return packed;
  if (!(sizeBytes >= 0 && sizeBytes <= MAX_BUFFER_BYTES)) throw new Error(`a packed buffer claims ${sizeBytes} bytes`);
  return sizeBytes === 0 ? new Uint8Array(0) : codecs.unpack(codec, packed, sizeBytes);
}

/** Dictionaries by id: their parts so far. */
export type Dictionaries = ReadonlyMap<string, readonly ArrowArray[]>;

/** The array of a part, from bytes that were read. */
export function arrayOf(part: Part, buffers: Buffers, dictionaries: Dictionaries): ArrowArray {
  const { field, rows } = part;
  const hasNulls = part.validity !== null && part.nulls > 0;
  return {
    field,
    rows,
    bitOffset: 0,
    nulls: field.layout.kind === 'null' ? rows : hasNulls ? part.nulls : 0,
    validity: hasNulls ? buffers(part.validity) : null,
    buffers: part.regions.map(buffers),
    children: part.children.map((child) => arrayOf(child, buffers, dictionaries)),
    dictionary: field.layout.kind === 'dictionary' ? (dictionaries.get(field.layout.id) ?? null) : null,
  };
}

/** Ids of all dictionaries a field needs, inner ones first. */
export function dictionaryIds(field: ArrowField): string[] {
  const inner = field.children.flatMap(dictionaryIds);
  if (field.layout.kind !== 'dictionary') return inner;
  return [...inner, ...dictionaryIds(field.layout.value), field.layout.id];
}
