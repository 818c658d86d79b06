import type { DatasetFile } from '../../model/dataset.ts';
import type { ByteSource, Codecs } from '../../ports.ts';
import { readBlocks } from './readBlocks.ts';

/** The text of a file as blocks of bytes: bytes [from, to) of a plain file, all of a packed one (`from` 0). */
export function textBlocks(
  source: ByteSource,
  file: DatasetFile,
  codecs: Codecs,
  range: { readonly from: number; readonly to: number },
  blockBytes: number,
  signal: AbortSignal,
): AsyncIterable<Uint8Array> {
  if (file.compression !== 'none') return codecs.unpackStream(file.compression, source, signal);
  return readBlocks(source, range.from, range.to, blockBytes, signal);
}
