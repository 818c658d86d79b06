import type { Kernel } from '../../../kernel/kernel.ts';

const MAX_BLOCK_VALUES = 1 << 16;
const MAX_VALUES = 2 ** 31;

interface DeltaHeader {
  readonly perMiniblock: number;
  readonly miniblocks: number;
  readonly total: number;
  readonly first: bigint;
  readonly at: number;
}

function endsEarly(): never {
  throw new Error('its deltas end early');
}

function readVarint(bytes: Uint8Array, at: number, end: number): { value: bigint; at: number } {
  let low = 0;
  let i = 0;
  for (; i < 4; i++) {
    if (at >= end) endsEarly();
    const byte = bytes[at++] ?? 0;
    low += (byte & 127) * 2 ** (7 * i);
    if (byte < 128) return { value: BigInt(low), at };
  }
  let value = BigInt(low);
  for (; i < 10; i++) {
    if (at >= end) endsEarly();
    const byte = bytes[at++] ?? 0;
    value |= BigInt(byte & 127) << BigInt(7 * i);
    if (byte < 128) return { value: BigInt.asUintN(64, value), at };
  }
  return endsEarly();
}

function unzigzag(value: bigint): bigint {
  return (value >> 1n) ^ -(value & 1n);
}

function readHeader(bytes: Uint8Array, at: number, end: number): DeltaHeader {
  const block = readVarint(bytes, at, end);
  const minis = readVarint(bytes, block.at, end);
  const total = readVarint(bytes, minis.at, end);
  const first = readVarint(bytes, total.at, end);
  const blockValues = Number(block.value);
  const miniblocks = Number(minis.value);
  const perMiniblock = blockValues / miniblocks;
  if (!(blockValues > 0 && blockValues <= MAX_BLOCK_VALUES && miniblocks > 0 && perMiniblock % 8 === 0))
    throw new Error(`delta blocks of ${blockValues} values in ${miniblocks} parts`);
  if (Number(total.value) > MAX_VALUES) throw new Error(`${total.value} deltas in one page`);
  return { perMiniblock, miniblocks, total: Number(total.value), first: unzigzag(first.value), at: first.at };
}

/** Where the DELTA_BINARY_PACKED values at `at` end, without unpacking them. */
export function deltasEnd(bytes: Uint8Array, at: number, end: number): number {
  const header = readHeader(bytes, at, end);
  let place = header.at;
  for (let left = header.total - 1; left > 0;) {
    place = readVarint(bytes, place, end).at;
    const widths = bytes.subarray(place, place + header.miniblocks);
    place += header.miniblocks;
    for (const width of widths) {
      if (left <= 0) break;
      place += (width * header.perMiniblock) / 8;
      left -= header.perMiniblock;
    }
    if (place > end) endsEarly();
  }
  return place;
}

/** Integers taken from the front. */
export interface DeltaReader {
  readonly total: number;
  readonly read: (kernel: Kernel, out: BigInt64Array) => void;
}

/** DELTA_BINARY_PACKED integers, 64 bits wide and wrapping. https://parquet.apache.org/docs/file-format/data-pages/encodings/#DELTAENC */
export function deltaReader(bytes: Uint8Array, at: number, end: number): DeltaReader {
  const header = readHeader(bytes, at, end);
  const { perMiniblock, miniblocks, total } = header;
  let place = header.at;
  let value = header.first;
  let least = 0n;
  let widths = new Uint8Array(0);
  let miniblock = miniblocks;
  let left = total;
  let waiting = total > 0 ? BigInt64Array.of(value) : new BigInt64Array(0);
  const nextBlock = (): void => {
    const read = readVarint(bytes, place, end);
    least = unzigzag(read.value);
    widths = bytes.slice(read.at, read.at + miniblocks);
    if (widths.length < miniblocks) endsEarly();
    place = read.at + miniblocks;
    miniblock = 0;
  };
  const nextMiniblock = (kernel: Kernel): void => {
    if (miniblock === miniblocks) nextBlock();
    const bits = widths[miniblock++] ?? 0;
    const count = Math.min(perMiniblock, left);
    if (bits > 64 || Math.ceil((count * bits) / 8) > end - place) endsEarly();
    const mark = kernel.mark();
    const source = kernel.put(bytes.subarray(place, Math.min(end, place + (perMiniblock * bits) / 8)));
    const out = kernel.reserve(8 * count);
    value = kernel.unpackDeltas(source, bits, count, least, value, out);
    waiting = new BigInt64Array(kernel.longs(out, count));
    kernel.release(mark);
    place += (perMiniblock * bits) / 8;
  };
  return {
    total,
    read: (kernel, out) => {
      for (let done = 0; done < out.length;) {
        if (left === 0) endsEarly();
        if (waiting.length === 0) nextMiniblock(kernel);
        const here = waiting.subarray(0, out.length - done);
        out.set(here, done);
        waiting = waiting.subarray(here.length);
        done += here.length;
        left -= here.length;
      }
    },
  };
}
