import zlib from 'node:zlib';
import { snappyCompressor } from 'hysnappy';
import type { PagePacker } from '../core/collect/parquetFile.ts';

/** Pages above this leave no grown WebAssembly memory behind. */
const KEEP_BYTES = 16 << 20;

/** Node has zstd from 22.15 on; the types are of Node 20. */
const zstd = (zlib as unknown as { zstdCompressSync?: (bytes: Uint8Array) => Uint8Array }).zstdCompressSync;

function snappyPacker(): PagePacker {
  const kept = snappyCompressor();
  return { codec: 'SNAPPY', pack: (bytes) => (bytes.length > KEEP_BYTES ? snappyCompressor() : kept)(bytes) };
}

/** Packs the pages of result tables: zstd where Node has it, else snappy. */
export function openPagePacker(): PagePacker {
  return zstd === undefined ? snappyPacker() : { codec: 'ZSTD', pack: (bytes) => zstd(bytes) };
}
