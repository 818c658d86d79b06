import type { Codecs, PageCodec } from '../../ports.ts';
import type { PackedPage } from './chunkPages.ts';
import { crc32 } from './crc32.ts';

const CODECS: ReadonlySet<string> = new Set(['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'BROTLI', 'ZSTD', 'LZ4', 'LZ4_RAW']);

/** Whether a compression is one that `Codecs` know. */
export function isCodec(codec: string): codec is PageCodec {
  return CODECS.has(codec);
}

/** A page's bytes, unpacked and its checksum verified: version 2's levels in front as they were. */
export function unpackPage(codecs: Codecs, codec: string, { header, body }: PackedPage): Uint8Array {
  if (header.crc !== null && crc32(body) !== header.crc) throw new Error('a page does not match its checksum');
  if (!isCodec(codec)) throw new Error(`its compression (${codec}) is not known`);
  const levels = header.repetitionBytes + header.definitionBytes;
  if (levels > body.length || levels > header.unpackedBytes) throw new Error('a page is shorter than its levels');
  if (!header.isPacked || codec === 'UNCOMPRESSED') {
    if (body.length !== header.unpackedBytes) throw new Error('a page has another size than announced');
    return body;
  }
  if (levels === 0) return codecs.unpack(codec, body, header.unpackedBytes);
  const values = codecs.unpack(codec, body.subarray(levels), header.unpackedBytes - levels);
  const page = new Uint8Array(header.unpackedBytes);
  page.set(body.subarray(0, levels));
  page.set(values, levels);
  return page;
}
