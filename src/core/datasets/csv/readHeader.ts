import type { DatasetFile } from '../../model/dataset.ts';
import type { ByteSource, Codecs } from '../../ports.ts';
import { textHead } from '../textFile/textHead.ts';
import type { TextOptions } from '../textFile/textOptions.ts';
import { csvHeader, holdsHeader, type CsvHeader } from './csvHeader.ts';

/** The longest header row with what stands before it. */
const MOST_BYTES = 4 << 20;

/** A file's header, read from its first bytes: the same whenever it is read. */
export interface FileHeader extends CsvHeader {
  /** Offset in the text of the first data record. */
  readonly from: number;
  /** The first bytes behind the header. */
  readonly sample: Uint8Array;
}

/** Reads the header of a CSV file. Throws `badData` naming the file where there is none that can be used. */
export async function readHeader(
  source: ByteSource,
  file: DatasetFile,
  codecs: Codecs,
  options: TextOptions,
  signal: AbortSignal,
): Promise<FileHeader> {
  const size = { sampleBytes: options.sampleBytes, maxBytes: MOST_BYTES };
  const isEnough = (start: Uint8Array): boolean => holdsHeader(start, file.name);
  const { bytes, markBytes } = await textHead(source, file, codecs, size, isEnough, signal);
  const header = csvHeader(bytes, file.name, source.name);
  return { ...header, from: markBytes + header.bytes, sample: bytes.subarray(header.bytes) };
}
