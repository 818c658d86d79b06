// Parquet values -> Arrow layouts. Every length, index and width that comes from a file is checked here or by the caller that is named.
import { copy } from './bytes';

/** PLAIN byte arrays (u32 length, bytes, ...) in [src, end) -> Arrow: appends n values at row `row`. Returns the bytes written up to there, -1 if a length points past `end`. */
export function plainBytes(src: usize, end: usize, n: i32, row: i32, offsets: usize, values: usize): i32 {
  let at = <usize>load<i32>(offsets + (<usize>row << 2));
  for (let i = 0; i < n; i++) {
    if (src + 4 > end) return -1;
    const length = <usize>load<u32>(src);
    src += 4;
    if (length > end - src) return -1;
    copy(src, length, values + at);
    src += length;
    at += length;
    store<i32>(offsets + (<usize>(row + i + 1) << 2), <i32>at);
  }
  return <i32>at;
}

/** Dictionary indexes -> Arrow: appends values by index; the caller has checked the indexes and the room. */
export function gatherBytes(indexes: usize, n: i32, row: i32, dictOffsets: usize, dictValues: usize, offsets: usize, values: usize): void {
  let at = <usize>load<i32>(offsets + (<usize>row << 2));
  for (let i = 0; i < n; i++) {
    const entry = dictOffsets + (<usize>load<u32>(indexes + (<usize>i << 2)) << 2);
    const from = <usize>load<i32>(entry);
    const length = <usize>load<i32>(entry, 4) - from;
    copy(dictValues + from, length, values + at);
    at += length;
    store<i32>(offsets + (<usize>(row + i + 1) << 2), <i32>at);
  }
}

/** Appends fixed-width dictionary values by index; false if an index is `count` or more. */
export function gatherFixed(indexes: usize, n: i32, dict: usize, count: u32, width: usize, out: usize): bool {
  for (let i = 0; i < n; i++) {
    const index = load<u32>(indexes + (<usize>i << 2));
    if (index >= count) return false;
    if (width == 4) store<u32>(out, load<u32>(dict + (<usize>index << 2)));
    else if (width == 8) store<u64>(out, load<u64>(dict + (<usize>index << 3)));
    else copy(dict + <usize>index * width, width, out);
    out += width;
  }
  return true;
}

/** Offsets of `m` dense values behind row `row` -> offsets of n rows, those whose `present` byte is 0 empty. */
export function spreadOffsets(offsets: usize, row: i32, present: usize, n: i32, m: i32): void {
  const base = offsets + (<usize>row << 2);
  for (let i = n; i > 0; i--) {
    store<i32>(base + (<usize>i << 2), load<i32>(base + (<usize>m << 2)));
    if (load<u8>(present + <usize>(i - 1))) m--;
  }
}

/** `m` dense values of `width` bytes at data -> n rows, absent ones zero. */
export function spreadFixed(data: usize, width: usize, present: usize, n: i32, m: i32): void {
  for (let i = n - 1; i >= 0; i--) {
    const to = data + <usize>i * width;
    if (load<u8>(present + <usize>i)) {
      m--;
      if (m != i) memory.copy(to, data + <usize>m * width, width);
    } else memory.fill(to, 0, width);
  }
}

/** Bytes 0 or 1 -> bits [from, from + n) of a bitmap whose other bits stay. */
export function packBits(flags: usize, n: i32, bitmap: usize, from: i32): void {
  for (let i = 0; i < n; i++) {
    const at = bitmap + <usize>((from + i) >> 3);
    const bit = <u8>(<u32>1 << ((from + i) & 7));
    store<u8>(at, load<u8>(flags + <usize>i) ? load<u8>(at) | bit : load<u8>(at) & ~bit);
  }
}

/** True if no value begins inside a character: the bytes of all values together are UTF-8 already. */
export function beginsOnCharacters(offsets: usize, n: i32, values: usize, end: usize): bool {
  for (let i = 0; i < n; i++) {
    const at = values + <usize>load<i32>(offsets + (<usize>i << 2));
    if (at < end && (load<u8>(at) & 0xc0) == 0x80) return false;
  }
  return true;
}

/** One miniblock of DELTA_BINARY_PACKED: n deltas of `bits` bits (0-64) packed at src, each `least` more than stored, added to `value` one after the other -> n i64 at out. Returns the last. */
export function unpackDeltas(src: usize, bits: u32, n: i32, least: i64, value: i64, out: usize): i64 {
  const keep: u64 = bits == 64 ? ~<u64>0 : ((<u64>1) << (<u64>bits)) - 1;
  let bit: u64 = 0;
  for (let i = 0; i < n; i++) {
    const at = src + <usize>(bit >> 3);
    const shift = bit & 7;
    let delta = load<u64>(at) >> shift;
    if (shift + bits > 64) delta |= <u64>load<u8>(at, 8) << (64 - shift);
    value += least + <i64>(delta & keep);
    store<i64>(out + (<usize>i << 3), value);
    bit += bits;
  }
  return value;
}

/** n values whose bytes lie in `width` streams of n bytes each -> values of `width` bytes. */
export function interleave(src: usize, n: i32, width: i32, out: usize): void {
  for (let k = 0; k < width; k++) {
    const stream = src + <usize>k * <usize>n;
    let to = out + <usize>k;
    for (let i = 0; i < n; i++) {
      store<u8>(to, load<u8>(stream + <usize>i));
      to += <usize>width;
    }
  }
}

/** DELTA_BYTE_ARRAY: value i = the first prefixes[i] bytes of the value before it and the next suffixes[i] bytes at src. `prior` of priorLength bytes stands before the first. The caller has checked that the suffixes lie in the page and reserved the sum of lengths. False if a prefix is longer than the value before. */
export function joinPrefixes(prefixes: usize, suffixes: usize, n: i32, src: usize, prior: usize, priorLength: u32, row: i32, offsets: usize, values: usize): bool {
  let at = <usize>load<i32>(offsets + (<usize>row << 2));
  for (let i = 0; i < n; i++) {
    const prefix = load<u32>(prefixes + (<usize>i << 2));
    const suffix = load<u32>(suffixes + (<usize>i << 2));
    if (prefix > priorLength) return false;
    const to = values + at;
    memory.copy(to, prior, <usize>prefix);
    memory.copy(to + <usize>prefix, src, <usize>suffix);
    src += <usize>suffix;
    prior = to;
    priorLength = prefix + suffix;
    at += <usize>priorLength;
    store<i32>(offsets + (<usize>(row + i + 1) << 2), <i32>at);
  }
  return true;
}

/** n little-endian integers of `from` bytes -> their first `to` bytes (to < from). */
export function narrow(src: usize, n: i32, from: usize, to: usize, out: usize): void {
  for (let i = 0; i < n; i++) {
    memory.copy(out, src, to);
    src += from;
    out += to;
  }
}

/** n signed little-endian integers of 4 or 8 bytes -> 16 or 32 bytes. */
export function widen(src: usize, n: i32, from: usize, to: usize, out: usize): void {
  for (let i = 0; i < n; i++) {
    const value: i64 = from == 4 ? <i64>load<i32>(src) : load<i64>(src);
    store<i64>(out, value);
    for (let k: usize = 8; k < to; k += 8) store<i64>(out + k, value >> 63);
    src += from;
    out += to;
  }
}

/** One signed big-endian integer of `length` bytes -> `to` little-endian bytes; false if it does not fit. */
@inline function reverseOne(src: usize, length: usize, to: usize, out: usize): bool {
  const sign: u8 = length > 0 && load<i8>(src) < 0 ? 0xff : 0;
  for (let k: usize = to; k < length; k++) if (load<u8>(src + (k - to)) != sign) return false;
  const taken = min(length, to);
  const last = src + length - 1;
  for (let k: usize = 0; k < taken; k++) store<u8>(out + k, load<u8>(last - k));
  if (length > to && <u8>(load<i8>(out + to - 1) >> 7) != sign) return false;
  for (let k: usize = taken; k < to; k++) store<u8>(out + k, sign);
  return true;
}

/** n signed big-endian integers of `width` bytes -> `to` little-endian bytes each. Returns the first that does not fit, n if all do. */
export function reverseFixed(src: usize, n: i32, width: usize, to: usize, out: usize): i32 {
  for (let i = 0; i < n; i++) if (!reverseOne(src + <usize>i * width, width, to, out + <usize>i * to)) return i;
  return n;
}

/** The same for values of any length in Arrow's layout. */
export function reverseBytes(offsets: usize, values: usize, n: i32, to: usize, out: usize): i32 {
  for (let i = 0; i < n; i++) {
    const from = load<i32>(offsets + (<usize>i << 2));
    const length = load<i32>(offsets + (<usize>i << 2), 4) - from;
    if (!reverseOne(values + <usize>from, <usize>length, to, out + <usize>i * to)) return i;
  }
  return n;
}

/** n INT96 timestamps (i64 nanoseconds of the day, u32 Julian day) -> i64 nanoseconds since 1970. Returns the first outside of an i64, n if all fit. */
export function int96ToNanos(src: usize, n: i32, out: usize): i32 {
  for (let i = 0; i < n; i++) {
    const nanos = load<i64>(src);
    const days = <i64>load<u32>(src, 8) - 2440588;
    if (days < -106752 || days > 106751 || nanos < 0 || nanos > 86400000000000) return i;
    const at = days * 86400000000000 + nanos;
    // On the first and last day of an i64 the sum may have wrapped.
    if ((at < 0) != (days < 0)) return i;
    store<i64>(out, at);
    src += 12;
    out += 8;
  }
  return n;
}
