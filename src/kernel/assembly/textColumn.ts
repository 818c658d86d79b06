// Work on whole text columns: checks, hashes, cuts, and the way out to Parquet.
import { copy } from './bytes';

/** True if offsets[0 .. rows] begin at 0 or more, never fall, and end within `bytes`. */
export function offsetsRise(offsets: usize, rows: i32, bytes: u32): bool {
  let before = load<i32>(offsets);
  if (before < 0) return false;
  for (let i = 1; i <= rows; i++) {
    const offset = load<i32>(offsets + (<usize>i << 2));
    if (offset < before) return false;
    before = offset;
  }
  return <u32>before <= bytes;
}

/** The first i in [0, rows] whose offset lies inside a character of the `bytes` bytes of values (whole UTF-8), -1 if none does. */
export function splitCharacter(offsets: usize, values: usize, rows: i32, bytes: u32): i32 {
  for (let i = 0; i <= rows; i++) {
    const offset = load<u32>(offsets + (<usize>i << 2));
    if (offset < bytes && (load<u8>(values + <usize>offset) & 0xc0) == 0x80) return i;
  }
  return -1;
}

/** Sets skip[i] to `reason` where row i is null and skip[i] is not set yet. */
export function skipNulls(validity: usize, rows: i32, reason: u32, skip: usize): void {
  for (let i = 0; i < rows; i++) {
    const at = skip + <usize>i;
    if (!(load<u8>(validity + (<usize>i >> 3)) >> (i & 7) & 1) && !load<u8>(at)) store<u8>(at, reason);
  }
}

/** Sets skip[i] to `reason` where row i is empty in each of `count` columns (addresses of their offsets at `columns`) and skip[i] is not set yet. */
export function skipEmpty(columns: usize, count: i32, rows: i32, reason: u32, skip: usize): void {
  for (let i = 0; i < rows; i++) {
    let empty = true;
    for (let c = 0; empty && c < count; c++) {
      const offset = <usize>load<u32>(columns + (<usize>c << 2)) + (<usize>i << 2);
      empty = load<i32>(offset) == load<i32>(offset, 4);
    }
    if (empty && !load<u8>(skip + <usize>i)) store<u8>(skip + <usize>i, reason);
  }
}

/** Sets skip[i] to `reason` and lengths[i] to 0 where lengths[i] is over `most`. Returns how many. */
export function skipLonger(lengths: usize, rows: i32, most: u32, reason: u32, skip: usize): i32 {
  let found = 0;
  for (let i = 0; i < rows; i++) {
    const at = lengths + (<usize>i << 2);
    if (load<u32>(at) <= most) continue;
    store<u32>(at, 0);
    store<u8>(skip + <usize>i, reason);
    found++;
  }
  return found;
}

/**
 * Shortens each value to at most limits[i] bytes (0xffffffff leaves it), never inside a character. In place: the values move up to
 * close the gaps and the offsets follow. Returns how many values were cut.
 */
export function cutText(offsets: usize, values: usize, rows: i32, limits: usize): i32 {
  let from = load<i32>(offsets), out = from, cut = 0;
  for (let i = 0; i < rows; i++) {
    const next = offsets + (<usize>(i + 1) << 2), to = load<i32>(next), limit = load<u32>(limits + (<usize>i << 2));
    let length = to - from;
    if (<u32>length > limit) {
      length = <i32>limit;
      while (length > 0 && (load<u8>(values + <usize>(from + length)) & 0xc0) == 0x80) length--;
      cut++;
    }
    if (out != from) memory.copy(values + <usize>out, values + <usize>from, <usize>length);
    out += length;
    from = to;
    store<i32>(next, out);
  }
  return cut;
}

/**
 * Parquet PLAIN byte arrays (u32 length, bytes) of the values of rows [row, end) that are not null (`validity` 0: all). The values need
 * 4 bytes each and their own. Returns the bytes written, or -1 if they are more than `room`.
 */
export function toPlain(offsets: usize, values: usize, validity: usize, row: i32, end: i32, out: usize, room: usize): i32 {
  const first = out, most = out + room;
  for (let i = row; i < end; i++) {
    if (validity && !(load<u8>(validity + (<usize>i >> 3)) >> (i & 7) & 1)) continue;
    const offset = offsets + (<usize>i << 2), from = load<i32>(offset), length = <usize>(load<i32>(offset, 4) - from);
    if (length + 4 > most - out || length > 0x7fffffff) return -1;
    store<u32>(out, <u32>length);
    out += 4;
    copy(values + <usize>from, length, out);
    out += length;
  }
  return <i32>(out - first);
}

/** Copies bits [from, from + count) of a bitmap to out (LSB first, the last byte padded with 0). Returns how many are 1. */
export function sliceBits(bits: usize, from: i32, count: i32, out: usize): i32 {
  const shift = from & 7, bytes = (<usize>count + 7) >> 3;
  let ones = 0;
  bits += <usize>(from >> 3);
  for (let k: usize = 0; k < bytes; k++) {
    let byte = (<u32>load<u16>(bits + k) >> shift) & 0xff;
    if (k == bytes - 1 && count & 7) byte &= (1 << (count & 7)) - 1;
    store<u8>(out + k, byte);
    ones += popcnt(byte);
  }
  return ones;
}

/** out[i - row] = XXH64 with seed 0 (github.com/Cyan4973/xxHash, doc/xxhash_spec.md) of the bytes of value i, for rows [row, end). */
export function hashText(offsets: usize, values: usize, row: i32, end: i32, out: usize): void {
  for (let i = row; i < end; i++) {
    const offset = offsets + (<usize>i << 2), from = load<i32>(offset);
    store<u64>(out + (<usize>(i - row) << 3), xxh64(values + <usize>from, <usize>(load<i32>(offset, 4) - from)));
  }
}

const P1: u64 = 0x9e3779b185ebca87;
const P2: u64 = 0xc2b2ae3d27d4eb4f;
const P3: u64 = 0x165667b19e3779f9;
const P4: u64 = 0x85ebca77c2b2ae63;
const P5: u64 = 0x27d4eb2f165667c5;

@inline function round(lane: u64, word: u64): u64 { return rotl<u64>(lane + word * P2, 31) * P1; }
@inline function merge(hash: u64, lane: u64): u64 { return (hash ^ round(0, lane)) * P1 + P4; }

function xxh64(src: usize, length: usize): u64 {
  const end = src + length;
  let hash: u64;
  if (length >= 32) {
    let a = P1 + P2, b = P2, c: u64 = 0, d: u64 = 0 - P1;
    for (; end - src >= 32; src += 32) {
      a = round(a, load<u64>(src));
      b = round(b, load<u64>(src, 8));
      c = round(c, load<u64>(src, 16));
      d = round(d, load<u64>(src, 24));
    }
    hash = rotl<u64>(a, 1) + rotl<u64>(b, 7) + rotl<u64>(c, 12) + rotl<u64>(d, 18);
    hash = merge(merge(merge(merge(hash, a), b), c), d);
  } else hash = P5;
  hash += length;
  for (; end - src >= 8; src += 8) hash = rotl<u64>(hash ^ round(0, load<u64>(src)), 27) * P1 + P4;
  if (end - src >= 4) { hash = rotl<u64>(hash ^ (<u64>load<u32>(src) * P1), 23) * P2 + P3; src += 4; }
  for (; src < end; src++) hash = rotl<u64>(hash ^ (<u64>load<u8>(src) * P5), 11) * P1;
  hash = (hash ^ (hash >> 33)) * P2;
  hash = (hash ^ (hash >> 29)) * P3;
  return hash ^ (hash >> 32);
}
