import type { ColumnMetaData, CompressionCodec } from 'hyparquet';
import { deserializeTCompactProtocol } from 'hyparquet/src/thrift.js';
import type { Codecs } from '../ports.ts';

/** A version 1 data page of PLAIN values, unpacked: definition levels (null: the column is required) and the bytes of the values. */
export interface PlainPage {
  readonly slots: number;
  /** 1 where a value is present; null for a required column. */
  readonly present: Uint8Array | null;
  readonly values: Uint8Array;
}

/** Values of a text column: value `row` is bytes [starts[row], ends[row]); a start of -1 is null. */
export interface TextValues {
  readonly bytes: Uint8Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

const MAX_SLOTS = 1 << 24;
const MAX_PAGE_BYTES = 1 << 30;

function size(value: unknown, max: number, what: string): number {
  if (typeof value !== 'number' || !(value >= 0 && value <= max)) throw new Error(`${what} is out of range`);
  return value;
}

function readVarint(bytes: Uint8Array, at: number): { value: number; next: number } {
  let value = 0;
  for (let scale = 1, next = at; next < bytes.length && scale < 2 ** 35; scale *= 128) {
    const byte = bytes[next++] ?? 0;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return { value, next };
  }
  throw new Error('a level run is broken');
}

/** Reads `slots` levels of one bit (parquet-format, RLE / bit-packing hybrid). */
function readBitLevels(bytes: Uint8Array, slots: number): Uint8Array {
  const levels = new Uint8Array(slots);
  let [row, at] = [0, 0];
  while (row < slots) {
    const { value: header, next } = readVarint(bytes, at);
    at = next;
    if (header % 2 === 0) {
      const end = Math.min(slots, row + header / 2);
      if (end === row || at >= bytes.length) throw new Error('a level run is broken');
      levels.fill((bytes[at++] ?? 0) & 1, row, end);
      row = end;
      continue;
    }
    const end = Math.min(slots, row + ((header - 1) / 2) * 8);
    if (end === row || at + Math.ceil((end - row) / 8) > bytes.length) throw new Error('a level run is broken');
    for (let bit = 0; row < end; row++, bit++) levels[row] = ((bytes[at + (bit >> 3)] ?? 0) >> (bit & 7)) & 1;
    at += (header - 1) / 2;
  }
  return levels;
}

function splitPage(body: Uint8Array, slots: number, required: boolean): PlainPage {
  if (required) return { slots, present: null, values: body };
  if (body.length < 4) throw new Error('a page is cut short');
  const length = new DataView(body.buffer, body.byteOffset).getUint32(0, true);
  if (length > body.length - 4) throw new Error('a page is cut short');
  return {
    slots,
    present: readBitLevels(body.subarray(4, 4 + length), slots),
    values: body.subarray(4 + length),
  };
}

function unpackPage(
  packed: Uint8Array,
  codec: CompressionCodec,
  rawBytes: number,
  codecs: Pick<Codecs, 'unpack'>,
): Uint8Array {
  if (codec === 'LZO') throw new Error('LZO is not supported');
  if (codec !== 'UNCOMPRESSED') return codecs.unpack(codec, packed, rawBytes);
  if (packed.length !== rawBytes) throw new Error('a page size is out of range');
  return packed;
}

/** The pages of one column chunk of a file this package wrote. Throws a plain Error with a short cause; the caller names the file. */
export function readPlainPages(
  chunk: Uint8Array,
  meta: ColumnMetaData,
  required: boolean,
  codecs: Pick<Codecs, 'unpack'>,
): PlainPage[] {
  const reader = { view: new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength), offset: 0 };
  const pages: PlainPage[] = [];
  while (reader.offset < chunk.length) {
    const header = deserializeTCompactProtocol(reader) as Record<string, unknown>;
    const data = (header['field_5'] ?? {}) as Record<string, unknown>;
    const rawBytes = size(header['field_2'], MAX_PAGE_BYTES, 'a page size');
    const packedBytes = size(header['field_3'], chunk.length - reader.offset, 'a page size');
    const slots = size(data['field_1'], MAX_SLOTS, 'a row count');
    if (header['field_1'] !== 0 || data['field_2'] !== 0) throw new Error('a page is of a kind kept rows never have');
    const packed = chunk.subarray(reader.offset, reader.offset + packedBytes);
    pages.push(splitPage(unpackPage(packed, meta.codec, rawBytes, codecs), slots, required));
    reader.offset += packedBytes;
  }
  return pages;
}

/** Where each text of a page lies. */
export function textValues(page: PlainPage): TextValues {
  const { values: bytes, present, slots } = page;
  const starts = new Int32Array(slots).fill(-1);
  const ends = new Int32Array(slots);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  for (let row = 0; row < slots; row++) {
    if (present !== null && present[row] === 0) continue;
    if (at + 4 > bytes.length) throw new Error('a page is cut short');
    const length = view.getUint32(at, true);
    at += 4;
    if (length > bytes.length - at) throw new Error('a page is cut short');
    starts[row] = at;
    at += length;
    ends[row] = at;
  }
  return { bytes, starts, ends };
}

/** The int32 values of a page of a required column. */
export function intValues(page: PlainPage): Int32Array {
  const { values, slots } = page;
  if (values.length !== slots * 4) throw new Error('a page is cut short');
  const view = new DataView(values.buffer, values.byteOffset, values.byteLength);
  return Int32Array.from({ length: slots }, (_, row) => view.getInt32(row * 4, true));
}

/** The bytes of one value, null where there is none. */
export function textBytes(column: TextValues, row: number): Uint8Array | null {
  const start = column.starts[row] ?? -1;
  return start < 0 ? null : column.bytes.subarray(start, column.ends[row]);
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** One value as a string, null where there is none. */
export function textAt(column: TextValues, row: number): string | null {
  const bytes = textBytes(column, row);
  return bytes === null ? null : decoder.decode(bytes);
}
