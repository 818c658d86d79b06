import { parquetMetadata } from 'hyparquet/src/metadata.js';
import type { FileMetaData } from 'hyparquet';
import { TrancheError } from '../../errors.ts';
import type { ByteSource } from '../../ports.ts';
import { brokenParquet } from './brokenParquet.ts';
import { thriftEnd } from './thriftEnd.ts';

/** What stands at the end of a Parquet file. */
export interface ParquetFooter {
  readonly metadata: FileMetaData;
  /** Bytes [footerAt, fileEnd) are the footer; everything else lies before. */
  readonly footerAt: number;
  readonly fileEnd: number;
}

/** Read at first: the footer of most files is shorter. */
const TAIL_BYTES = 64 << 10;
/** A footer larger than this is not believed. */
const MAX_FOOTER_BYTES = 512 << 20;

function magicAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

async function footerBytes(source: ByteSource, signal: AbortSignal): Promise<Uint8Array> {
  const { name, sizeBytes } = source;
  if (sizeBytes < 12)
    throw new TrancheError('badData', `${name} is not a Parquet file: it has only ${sizeBytes} bytes.`);
  const tailBytes = Math.min(sizeBytes, TAIL_BYTES);
  const tail = await source.read(sizeBytes - tailBytes, tailBytes, signal);
  const magic = magicAt(tail, tail.length - 4);
  if (magic === 'PARE')
    throw new TrancheError(
      'notSupported',
      `${name} is an encrypted Parquet file, which is not read; decrypt it first.`,
    );
  if (magic !== 'PAR1')
    throw new TrancheError('badData', `${name} is not a Parquet file or was cut short: its last bytes are not "PAR1".`);
  const length = new DataView(tail.buffer, tail.byteOffset).getUint32(tail.length - 8, true);
  if (length > sizeBytes - 12 || length > MAX_FOOTER_BYTES)
    throw new TrancheError('badData', `${name} is a broken Parquet file: its footer claims ${length} bytes.`);
  if (length + 8 <= tail.length) return tail.subarray(tail.length - length - 8);
  return source.read(sizeBytes - length - 8, length + 8, signal);
}

function checkRows(metadata: FileMetaData): void {
  let sum = 0n;
  for (const { num_rows } of metadata.row_groups) {
    if (typeof num_rows !== 'bigint' || num_rows < 0n) throw new Error('a row group has no row count');
    sum += num_rows;
  }
  if (sum !== metadata.num_rows || sum > BigInt(Number.MAX_SAFE_INTEGER))
    throw new Error('its row counts contradict each other');
}

/** Reads and checks the footer, however long. Errors name the file. */
export async function readFooter(source: ByteSource, signal: AbortSignal): Promise<ParquetFooter> {
  const bytes = await footerBytes(source, signal);
  try {
    const end = thriftEnd(bytes, 0);
    if (end < 0 || end > bytes.length - 8) throw new Error('its footer is malformed');
    const metadata = parquetMetadata(bytes, { geoparquet: false });
    checkRows(metadata);
    return { metadata, footerAt: source.sizeBytes - bytes.length, fileEnd: source.sizeBytes };
  } catch (error) {
    throw brokenParquet({ file: source.name }, error);
  }
}
