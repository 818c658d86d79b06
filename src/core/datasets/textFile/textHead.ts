import type { DatasetFile } from '../../model/dataset.ts';
import type { ByteSource, Codecs } from '../../ports.ts';
import { joinBytes } from './joinBytes.ts';
import { bomBytes, refuseWideText } from './textEncoding.ts';
import { textBlocks } from './textBlocks.ts';

const LF = 10;

/** The first bytes of a text, without its byte order mark; where it is all of the text its last line has a line feed, its own or one put there. */
export interface TextHead {
  readonly bytes: Uint8Array;
  /** Bytes of the byte order mark before them. */
  readonly markBytes: number;
  /** Whether it is all of the text, as far as reading it told. */
  readonly isAll: boolean;
}

/**
 * Reads `sampleBytes` of a text, and twice as much as long as `isEnough` says no, up to `maxBytes`.
 * Throws `badData` for UTF-16.
 */
export async function textHead(
  source: ByteSource,
  file: DatasetFile,
  codecs: Codecs,
  options: { readonly sampleBytes: number; readonly maxBytes: number },
  isEnough: (bytes: Uint8Array) => boolean,
  signal: AbortSignal,
): Promise<TextHead> {
  const { sampleBytes } = options;
  const maxBytes = Math.max(sampleBytes, options.maxBytes);
  const pieces: Uint8Array[] = [];
  let length = 0;
  let wanted = sampleBytes;
  const all = { from: 0, to: source.sizeBytes };
  for await (const block of textBlocks(source, file, codecs, all, sampleBytes, signal)) {
    pieces.push(block.slice()); // a block is gone when the next one comes
    length += block.length;
    if (length < Math.min(wanted, maxBytes)) continue;
    wanted *= 2;
    const bytes = started(pieces.splice(0), source.name);
    pieces.push(bytes);
    if (length >= maxBytes || isEnough(withoutMark(bytes).bytes)) return { ...withoutMark(bytes), isAll: false };
  }
  if (length > 0 && pieces.at(-1)?.at(-1) !== LF) pieces.push(Uint8Array.of(LF));
  return { ...withoutMark(started(pieces, source.name)), isAll: true };
}

function started(pieces: readonly Uint8Array[], name: string): Uint8Array {
  const bytes = joinBytes(pieces);
  refuseWideText(bytes, name);
  return bytes;
}

function withoutMark(bytes: Uint8Array): Pick<TextHead, 'bytes' | 'markBytes'> {
  const markBytes = bomBytes(bytes);
  return { bytes: bytes.subarray(markBytes), markBytes };
}
