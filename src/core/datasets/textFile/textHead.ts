import type { DatasetFile } from '../../model/dataset.ts';
import type { ByteSource, Codecs } from '../../ports.ts';
import { bomBytes, refuseWideText } from './textEncoding.ts';
import { textBlocks } from './textBlocks.ts';
import type { TextOptions } from './textOptions.ts';

const LF = 10;

/** The first bytes of a text, without its byte order mark. */
export interface TextHead {
  readonly bytes: Uint8Array;
  /** Whether this is all of the text; its last line then ends with a line feed. */
  readonly whole: boolean;
}

/** Reads about `sampleBytes` of a text, and more while `isEnough` says no and it is no longer than a record may be. Throws `badData` for UTF-16. */
export async function textHead(
  source: ByteSource,
  file: DatasetFile,
  codecs: Codecs,
  options: TextOptions,
  isEnough: (bytes: Uint8Array) => boolean,
  signal: AbortSignal,
): Promise<TextHead> {
  const { sampleBytes, maxRecordBytes } = options;
  let bytes = new Uint8Array(0);
  let whole = true;
  let wanted = sampleBytes;
  const all = { from: 0, to: source.sizeBytes };
  for await (const block of textBlocks(source, file, codecs, all, sampleBytes, signal)) {
    bytes = appended(bytes, block.subarray(0, maxRecordBytes + 1 - bytes.length));
    if (bytes.length < wanted) continue;
    refuseWideText(bytes, source.name);
    wanted *= 2;
    whole = false;
    if (bytes.length > maxRecordBytes || isEnough(bytes)) break;
    whole = true;
  }
  refuseWideText(bytes, source.name);
  if (whole && bytes.length > 0 && bytes.at(-1) !== LF) bytes = appended(bytes, Uint8Array.of(LF));
  return { bytes: bytes.subarray(bomBytes(bytes)), whole };
}

function appended(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
