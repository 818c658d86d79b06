import { Footer } from 'apache-arrow/fb/footer';
import { ByteBuffer } from 'flatbuffers';
import { TrancheError, isTrancheError, messageOf, throwIfAborted } from '../../errors.ts';
import type { ByteSource } from '../../ports.ts';
import type { ArrowField } from '../values/arrowArray.ts';
import { decodeMessage, size, type ArrowMessage } from './message.ts';
import { schemaFields } from './schemaFields.ts';

/** Where a message and its body lie in a file. */
export interface Block {
  readonly offset: number;
  readonly metadataBytes: number;
  readonly bodyBytes: number;
}

/** A message, where its body begins, and where the next message does. */
export interface PlacedMessage {
  readonly message: ArrowMessage;
  readonly bodyAt: number;
  readonly next: number;
}

/** An Arrow file, known by its footer, or a stream, known by its first message. */
export type ArrowContainer =
  | {
      readonly kind: 'file';
      readonly fields: readonly ArrowField[];
      readonly batches: readonly Block[];
      readonly dictionaries: readonly Block[];
      /** Where the footer begins. */
      readonly footerAt: number;
    }
  | { readonly kind: 'stream'; readonly fields: readonly ArrowField[]; readonly firstAt: number };

const MAGIC = 'ARROW1';
/** int32 length of the footer, and the magic. */
const TAIL_BYTES = 10;
const MAX_METADATA_BYTES = 256 << 20;
const CONTINUATION = -1;

/** Turns any plain error of reading a file into `badData` that names the file. */
export function badArrow(name: string, error: unknown): TrancheError {
  if (isTrancheError(error)) return error;
  const cause =
    error instanceof RangeError ? 'a value or a record batch is too large, or the file is broken' : messageOf(error);
  return new TrancheError('badData', `${name} can't be read as an Arrow file: ${cause}.`, error);
}

/** Opens a file or a stream by its first bytes. Errors are plain and short; `badArrow` names the file. */
export async function openContainer(source: ByteSource, signal: AbortSignal): Promise<ArrowContainer> {
  const head = new TextDecoder('latin1').decode(await source.read(0, Math.min(8, source.sizeBytes), signal));
  if (head.startsWith('FEA1')) throw new Error('it is Feather version 1; write it again as version 2');
  return head.startsWith(MAGIC) ? openFile(source, signal) : openStream(source, signal);
}

async function openFile(source: ByteSource, signal: AbortSignal): Promise<ArrowContainer> {
  const end = source.sizeBytes - TAIL_BYTES;
  if (end < 8) throw new Error('it is cut short');
  const tail = await source.read(end, TAIL_BYTES, signal);
  if (new TextDecoder('latin1').decode(tail.subarray(4)) !== MAGIC)
    throw new Error('it is cut short: its end is missing');
  const length = new DataView(tail.buffer, tail.byteOffset).getInt32(0, true);
  if (length <= 0 || length > end - 8 || length > MAX_METADATA_BYTES) throw new Error('its footer is broken');
  const footerAt = end - length;
  const footer = Footer.getRootAsFooter(new ByteBuffer(await source.read(footerAt, length, signal)));
  const schema = footer.schema();
  if (schema === null) throw new Error('its footer has no schema');
  const blocks = (count: number, at: (index: number) => ReturnType<Footer['recordBatches']>): Block[] => {
    if (!(count >= 0 && count <= length / 24)) throw new Error('its footer is broken');
    return Array.from({ length: count }, (_, index) => {
      const block = at(index);
      if (block === null) throw new Error('its footer is broken');
      return checkedBlock(
        { offset: size(block.offset()), metadataBytes: block.metaDataLength(), bodyBytes: size(block.bodyLength()) },
        footerAt,
      );
    });
  };
  return {
    kind: 'file',
    fields: schemaFields(schema),
    batches: blocks(footer.recordBatchesLength(), (index) => footer.recordBatches(index)),
    dictionaries: blocks(footer.dictionariesLength(), (index) => footer.dictionaries(index)),
    footerAt,
  };
}

function checkedBlock(block: Block, footerAt: number): Block {
  const { offset, metadataBytes, bodyBytes } = block;
  if (metadataBytes < 8 || metadataBytes > MAX_METADATA_BYTES || offset + metadataBytes + bodyBytes > footerAt) {
    throw new Error('its footer points outside the file');
  }
  return block;
}

async function openStream(source: ByteSource, signal: AbortSignal): Promise<ArrowContainer> {
  const first = await messageAt(source, 0, signal);
  if (first?.message.kind !== 'schema') throw new Error('it does not begin with a schema');
  return { kind: 'stream', fields: first.message.fields, firstAt: first.next };
}

/** The message of a file's block. */
export async function blockMessage(source: ByteSource, block: Block, signal: AbortSignal): Promise<PlacedMessage> {
  throwIfAborted(signal);
  const bytes = await source.read(block.offset, block.metadataBytes, signal);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const skip = view.getInt32(0, true) === CONTINUATION ? 8 : 4;
  const message = decodeMessage(bytes.subarray(skip));
  const bodyAt = block.offset + block.metadataBytes;
  if (bodyLength(message) > block.bodyBytes) throw new Error('a record batch is longer than the footer says');
  return { message, bodyAt, next: bodyAt + block.bodyBytes };
}

/** The message of a stream at a position, null at its end (a length of 0, or the end of the file). */
export async function messageAt(source: ByteSource, at: number, signal: AbortSignal): Promise<PlacedMessage | null> {
  throwIfAborted(signal);
  if (at === source.sizeBytes) return null;
  const head = await source.read(at, Math.min(8, source.sizeBytes - at), signal);
  if (head.length < 4) throw new Error('it is cut short');
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const continued = view.getInt32(0, true) === CONTINUATION;
  if (continued && head.length < 8) throw new Error('it is cut short');
  const length = view.getInt32(continued ? 4 : 0, true);
  if (length === 0) return null;
  const from = at + (continued ? 8 : 4);
  if (length < 0 || length > MAX_METADATA_BYTES)
    throw new Error('its first bytes are not those of an Arrow file or stream');
  if (from + length > source.sizeBytes) throw new Error('it is cut short');
  const message = decodeMessage(await source.read(from, length, signal));
  const bodyAt = from + length;
  const next = bodyAt + bodyLength(message);
  if (next > source.sizeBytes) throw new Error('it is cut short');
  return { message, bodyAt, next };
}

function bodyLength(message: ArrowMessage): number {
  if (message.kind === 'schema') return 0;
  return message.kind === 'other' ? message.bodyBytes : message.batch.bodyBytes;
}
