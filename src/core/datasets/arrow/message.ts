import { DictionaryBatch } from 'apache-arrow/fb/dictionary-batch';
import { Message } from 'apache-arrow/fb/message';
import { MessageHeader } from 'apache-arrow/fb/message-header';
import { MetadataVersion } from 'apache-arrow/fb/metadata-version';
import { RecordBatch } from 'apache-arrow/fb/record-batch';
import { Schema } from 'apache-arrow/fb/schema';
import { ByteBuffer } from 'flatbuffers';
import type { PageCodec } from '../../ports.ts';
import type { ArrowField } from '../values/arrowArray.ts';
import { schemaFields } from './schemaFields.ts';

/** Bytes [offset, offset + length) of a message's body. */
export interface Region {
  readonly offset: number;
  readonly length: number;
}

/** What the metadata of a record batch (or of a dictionary's values) says; nothing in it is checked against the body yet. */
export interface BatchMeta {
  readonly rows: number;
  readonly nodes: readonly { readonly rows: number; readonly nulls: number }[];
  readonly regions: readonly Region[];
  readonly codec: PageCodec;
  readonly viewBuffers: readonly number[];
  readonly bodyBytes: number;
  /** Up to version 4 of the metadata every layout but null has a validity buffer; later run-ends have none either. */
  readonly runsHaveValidity: boolean;
}

/** One message of a stream or file. */
export type ArrowMessage =
  | { readonly kind: 'schema'; readonly fields: readonly ArrowField[] }
  | { readonly kind: 'batch'; readonly batch: BatchMeta }
  | { readonly kind: 'dictionary'; readonly id: string; readonly delta: boolean; readonly batch: BatchMeta }
  | { readonly kind: 'other'; readonly bodyBytes: number };

/** No record batch has more rows: text offsets are int32. */
const MAX_ROWS = 0x7fffffff;

/** Takes the metadata of a message apart (format/Message.fbs). A plain Error with a short cause if it is broken or too old. */
export function decodeMessage(bytes: Uint8Array): ArrowMessage {
  const message = Message.getRootAsMessage(new ByteBuffer(bytes));
  const bodyBytes = size(message.bodyLength());
  switch (message.headerType()) {
    case MessageHeader.Schema:
      return { kind: 'schema', fields: schemaFields(header(message, new Schema())) };
    case MessageHeader.RecordBatch:
      return { kind: 'batch', batch: batchMeta(message, header(message, new RecordBatch()), bodyBytes, bytes.length) };
    case MessageHeader.DictionaryBatch: {
      const dictionary = header(message, new DictionaryBatch());
      const data = dictionary.data();
      if (data === null) throw new Error('its metadata is broken');
      const batch = batchMeta(message, data, bodyBytes, bytes.length);
      return { kind: 'dictionary', id: String(dictionary.id()), delta: dictionary.isDelta(), batch };
    }
    default:
      return { kind: 'other', bodyBytes };
  }
}

function header<T extends Schema | RecordBatch | DictionaryBatch>(message: Message, table: T): T {
  const found = message.header(table) as T | null;
  if (found === null) throw new Error('its metadata is broken');
  return found;
}

/** A 64-bit size or count of a file as a number. */
export function size(value: bigint): number {
  const number = Number(value);
  if (!(number >= 0 && Number.isSafeInteger(number))) throw new Error('its metadata is broken');
  return number;
}

/** The length of a list in the metadata, which can't have more items than it has bytes. */
function counted(count: number, bytes: number): number {
  if (!(count >= 0 && count <= bytes)) throw new Error('its metadata is broken');
  return count;
}

function batchMeta(message: Message, batch: RecordBatch, bodyBytes: number, metadataBytes: number): BatchMeta {
  if ((message.version() as number) < (MetadataVersion.V4 as number))
    throw new Error('it was written by an Arrow older than 0.8');
  const list = <T>(length: number, item: (index: number) => T): T[] =>
    Array.from({ length: counted(length, metadataBytes / 8) }, (_, index) => item(index));
  const rows = size(batch.length());
  if (rows > MAX_ROWS) throw new Error(`a record batch claims ${rows} rows`);
  return {
    rows,
    bodyBytes,
    runsHaveValidity: (message.version() as number) < (MetadataVersion.V5 as number),
    codec: codecOf(batch),
    nodes: list(batch.nodesLength(), (index) => {
      const node = batch.nodes(index);
      return { rows: size(node?.length() ?? 0n), nulls: Math.max(0, Number(node?.nullCount() ?? 0n)) };
    }),
    regions: list(batch.buffersLength(), (index) => {
      const buffer = batch.buffers(index);
      const region = { offset: size(buffer?.offset() ?? 0n), length: size(buffer?.length() ?? 0n) };
      if (region.length > 0 && region.offset + region.length > bodyBytes)
        throw new Error('a buffer lies outside its record batch');
      return region;
    }),
    viewBuffers: list(batch.variadicBufferCountsLength(), (index) => size(batch.variadicBufferCounts(index) ?? 0n)),
  };
}

function codecOf(batch: RecordBatch): PageCodec {
  const compression = batch.compression();
  if (compression === null) return 'UNCOMPRESSED';
  const codec = (['LZ4_FRAME', 'ZSTD'] as const)[compression.codec() as number];
  if (codec === undefined || (compression.method() as number) !== 0)
    throw new Error('it is packed in a way that is not read');
  return codec;
}
