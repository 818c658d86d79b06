const FRAME_MAGIC = 0x184d2204;
const SKIPPABLE_MAGIC = 0x184d2a50;
/** Matches shorter than this are cheaper byte by byte than as a call. */
const CALL_PAYS = 48;

function broken(): never {
  throw new Error('broken LZ4 data');
}

function copyMatch(out: Uint8Array, at: number, offset: number, length: number): number {
  const from = at - offset;
  if (length >= CALL_PAYS && offset >= length) {
    out.copyWithin(at, from, from + length);
    return at + length;
  }
  for (let i = 0; i < length; i++) out[at + i] = out[from + i] ?? 0;
  return at + length;
}

function copyLiterals(packed: Uint8Array, from: number, length: number, out: Uint8Array, at: number): void {
  if (length >= CALL_PAYS) out.set(packed.subarray(from, from + length), at);
  else for (let i = 0; i < length; i++) out[at + i] = packed[from + i] ?? 0;
}

/** One block of [from, end) after out[0, at); returns where it ended. https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md */
function unpackBlock(packed: Uint8Array, from: number, end: number, out: Uint8Array, at: number): number {
  const longLength = (length: number): number => {
    for (let more = 255; more === 255; length += more) {
      if (from >= end) broken();
      more = packed[from++] ?? 0;
    }
    return length;
  };
  while (from < end) {
    const token = packed[from++] ?? 0;
    const literals = token >> 4 === 15 ? longLength(15) : token >> 4;
    if (literals > end - from || literals > out.length - at) broken();
    copyLiterals(packed, from, literals, out, at);
    from += literals;
    at += literals;
    if (from === end) return at;
    if (end - from < 2) broken();
    const offset = (packed[from] ?? 0) | ((packed[from + 1] ?? 0) << 8);
    from += 2;
    const length = ((token & 15) === 15 ? longLength(15) : token & 15) + 4;
    if (offset === 0 || offset > at || length > out.length - at) broken();
    at = copyMatch(out, at, offset, length);
  }
  return at;
}

/** One LZ4 block that unpacks to exactly `sizeBytes`. */
export function unpackLz4Block(packed: Uint8Array, sizeBytes: number): Uint8Array {
  const out = new Uint8Array(sizeBytes);
  if (unpackBlock(packed, 0, packed.length, out, 0) !== sizeBytes) broken();
  return out;
}

interface FrameHeader {
  readonly bodyAt: number;
  readonly blockChecksums: boolean;
  readonly contentChecksum: boolean;
}

function frameHeader(view: DataView, at: number): FrameHeader {
  if (view.byteLength - at < 7) broken();
  const flags = view.getUint8(at + 4);
  if (flags >> 6 !== 1) broken();
  if (flags & 1) throw new Error('LZ4 data that needs an outside dictionary');
  return {
    bodyAt: at + 7 + (flags & 8 ? 8 : 0),
    blockChecksums: (flags & 16) !== 0,
    contentChecksum: (flags & 4) !== 0,
  };
}

/** LZ4 frames that unpack to exactly `sizeBytes` together; checksums are not verified. https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md */
export function unpackLz4Frame(packed: Uint8Array, sizeBytes: number): Uint8Array {
  const out = new Uint8Array(sizeBytes);
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const word = (at: number): number => (at + 4 <= packed.length ? view.getUint32(at, true) : broken());
  let written = 0;
  for (let at = 0; at < packed.length;) {
    const magic = word(at);
    if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE_MAGIC) {
      at += 8 + word(at + 4);
      continue;
    }
    if (magic !== FRAME_MAGIC) broken();
    const header = frameHeader(view, at);
    const frameStart = written;
    at = header.bodyAt;
    for (let size = word(at); ; size = word(at)) {
      at += 4;
      if (size === 0) break;
      const length = size & 0x7fffffff;
      if (length > packed.length - at) broken();
      written = unpackFrameBlock(packed.subarray(at, at + length), size >>> 31 === 1, out, written, frameStart);
      at += length + (header.blockChecksums ? 4 : 0);
    }
    at += header.contentChecksum ? 4 : 0;
    if (at > packed.length) broken();
  }
  return written === sizeBytes ? out : broken();
}

function unpackFrameBlock(block: Uint8Array, stored: boolean, out: Uint8Array, at: number, frameStart: number): number {
  if (!stored) return frameStart + unpackBlock(block, 0, block.length, out.subarray(frameStart), at - frameStart);
  if (block.length > out.length - at) broken();
  out.set(block, at);
  return at + block.length;
}

/** Hadoop's framing: big-endian unpacked size, packed size, block; again and again. Null when the bytes are not that. */
function unpackHadoop(packed: Uint8Array, sizeBytes: number): Uint8Array | null {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const blocks: { from: number; end: number; unpacked: number }[] = [];
  let total = 0;
  for (let at = 0; at < packed.length;) {
    if (packed.length - at < 8) return null;
    const unpacked = view.getUint32(at, false);
    const length = view.getUint32(at + 4, false);
    at += 8;
    total += unpacked;
    if (length > packed.length - at || total > sizeBytes) return null;
    blocks.push({ from: at, end: at + length, unpacked });
    at += length;
  }
  if (total !== sizeBytes) return null;
  const out = new Uint8Array(sizeBytes);
  let written = 0;
  for (const { from, end, unpacked } of blocks) {
    const target = out.subarray(written, written + unpacked);
    if (unpackBlock(packed, from, end, target, 0) !== unpacked) broken();
    written += unpacked;
  }
  return out;
}

/** Parquet's deprecated LZ4 codec: Hadoop's framing, or a frame or a bare block from writers that meant it otherwise. */
export function unpackLz4Any(packed: Uint8Array, sizeBytes: number): Uint8Array {
  const hadoop = unpackHadoop(packed, sizeBytes);
  if (hadoop !== null) return hadoop;
  const isFrame =
    packed.length >= 4 &&
    new DataView(packed.buffer, packed.byteOffset, packed.byteLength).getUint32(0, true) === FRAME_MAGIC;
  return isFrame ? unpackLz4Frame(packed, sizeBytes) : unpackLz4Block(packed, sizeBytes);
}
