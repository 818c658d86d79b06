import type { DatasetFormat, FileCompression } from '../model/dataset.ts';
import type { ByteSource, Codecs } from '../ports.ts';
import { formatOfEnding } from './fileEnding.ts';

/** What a file's first bytes say. */
export type Content =
  | { readonly kind: 'format'; readonly format: DatasetFormat; readonly compression: FileCompression }
  /** Text that may be CSV; nothing in it decides. `isArray`: it begins like one JSON array of objects. */
  | { readonly kind: 'text'; readonly compression: FileCompression; readonly isArray: boolean }
  | { readonly kind: 'empty' }
  /** Something else; `what` is null when nobody knows. `zeroAt`: offset of the first zero byte seen, -1 if there is none. */
  | { readonly kind: 'foreign'; readonly what: string | null; readonly zeroAt: number };

/** Enough for white space before the first brace. */
const HEAD_BYTES = 4096;

const MAGIC: readonly (readonly [bytes: string, format: DatasetFormat])[] = [
  ['PAR1', 'parquet'],
  ['PARE', 'parquet'],
  ['ARROW1', 'arrow'],
  ['FEA1', 'arrow'],
  ['\xff\xff\xff\xff', 'arrow'],
];

const FOREIGN: readonly (readonly [bytes: string, what: string])[] = [
  ['PK\x03\x04', 'a zip or Excel file'],
  ['ORC', 'an ORC file'],
  ['Obj\x01', 'an Avro file'],
  ['SQLite format 3\0', 'an SQLite database'],
  ['%PDF', 'a PDF'],
  ['BZh', 'packed with bzip2'],
  ['\xfd7zXZ\0', 'packed with xz'],
  ['\x04"M\x18', 'packed with lz4'],
  ['\xff\x06\0\0sNaPpY', 'packed with snappy'],
];

/** Reads the first bytes of a file, unpacking gzip and zstd, and tells what they are. */
export async function sniffContent(source: ByteSource, codecs: Codecs, signal: AbortSignal): Promise<Content> {
  if (source.sizeBytes === 0) return { kind: 'empty' };
  const head = await source.read(0, Math.min(HEAD_BYTES, source.sizeBytes), signal);
  const compression = compressionOf(head);
  if (compression === 'none') return contentOf(latin(head), compression, source.name);
  for await (const piece of codecs.unpackStream(compression, source, signal)) {
    if (piece.length > 0) return contentOf(latin(piece.subarray(0, HEAD_BYTES)), compression, source.name);
  }
  return { kind: 'empty' };
}

/** How a file is packed, by its first bytes. */
function compressionOf(head: Uint8Array): FileCompression {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  if (head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd) return 'zstd';
  return 'none';
}

/** One character a byte. */
function latin(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

/** Bytes that no text has. */
const BINARY = /[\0-\x08\x0e-\x1a\x1c-\x1f]/;

function contentOf(head: string, compression: FileCompression, name: string): Content {
  const zeroAt = head.indexOf('\0');
  // A text may begin with the letters of a mark: a column of a CSV file may be named PARENT or ORCID.
  const isBinary = BINARY.test(head) || !/^[ -~]/.test(head);
  const ending = formatOfEnding(name);
  const magic = MAGIC.find(([bytes, format]) => head.startsWith(bytes) && (isBinary || ending === format));
  if (magic !== undefined) {
    if (compression === 'none') return { kind: 'format', format: magic[1], compression };
    return { kind: 'foreign', what: `a ${compression} file around a ${magic[1]} file`, zeroAt };
  }
  const foreign = !isBinary ? undefined : FOREIGN.find(([bytes]) => head.startsWith(bytes));
  if (foreign !== undefined) return { kind: 'foreign', what: foreign[1], zeroAt };
  const text = head.replace(/^\xef\xbb\xbf/, '');
  if (/^\s*\{\s*(?:["}]|$)/.test(text)) return { kind: 'format', format: 'jsonl', compression };
  return zeroAt >= 0 && !/^\xff\xfe|^\xfe\xff/.test(head)
    ? { kind: 'foreign', what: null, zeroAt }
    : { kind: 'text', compression, isArray: /^\s*\[\s*(?:\{|$)/.test(text) };
}
