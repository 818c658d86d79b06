// Fixed-width values as text. Each function writes rows + 1 int32 offsets (the first 0) and the texts at `out`, which has room for the longest text
// of its type times the rows, and returns the bytes written. A null row's text is empty. `validity` is a bitmap (LSB first) or 0.
import { copy } from './bytes';

/** True if row i is present. */
@inline export function present(validity: usize, i: i32): bool {
  return !validity || <bool>(<u32>load<u8>(validity + <usize>(i >> 3)) >> <u32>(i & 7) & 1);
}
@inline function setOffset(offsets: usize, i: i32, at: usize): void { store<i32>(offsets + (<usize>i << 2), <i32>at); }
@inline function char(out: usize, c: u8): usize { store<u8>(out, c); return out + 1; }
/** v below 100 as two digits. */
@inline function pair(v: u32, out: usize): void { const tens = v * 103 >> 10; store<u16>(out, <u16>(0x3030 + tens + (v - tens * 10 << 8))); }

@inline function digitCount(v: u64): u32 {
  let n: u32 = 1;
  while (v >= 10000) { v /= 10000; n += 4; }
  return n + (v >= 1000 ? 3 : v >= 100 ? 2 : v >= 10 ? 1 : 0);
}
/** v in exactly n digits, with leading zeros. */
function padded(v: u64, n: u32, out: usize): usize {
  const end = out + <usize>n;
  let p = end;
  while (v > 0xffffffff) { const q = v / 100; p -= 2; pair(<u32>(v - q * 100), p); v = q; }
  let w = <u32>v;
  while (p >= out + 2) { const q = w / 100; p -= 2; pair(w - q * 100, p); w = q; }
  if (p > out) store<u8>(out, <u8>(48 + w % 10));
  return end;
}
@inline function digits(v: u64, out: usize): usize { return padded(v, digitCount(v), out); }
@inline function signed(v: i64, out: usize): usize {
  if (v >= 0) return digits(<u64>v, out);
  store<u8>(out, 0x2d);
  return digits(0 - <u64>v, out + 1);
}

/** `true` and `false` from a bitmap. */
export function boolText(data: usize, n: i32, validity: usize, offsets: usize, out: usize): usize {
  const start = out;
  setOffset(offsets, 0, 0);
  for (let i = 0; i < n; i++) {
    if (present(validity, i)) {
      if (present(data, i)) { store<u32>(out, 0x65757274); out += 4; }
      else { store<u32>(out, 0x736c6166); store<u8>(out, 0x65, 4); out += 5; }
    }
    setOffset(offsets, i + 1, out - start);
  }
  return out - start;
}

@inline function integer(data: usize, i: i32, bits: i32, sign: bool): i64 {
  if (bits == 64) return load<i64>(data + (<usize>i << 3));
  if (bits == 32) { const a = data + (<usize>i << 2); return sign ? <i64>load<i32>(a) : <i64>load<u32>(a); }
  if (bits == 16) { const a = data + (<usize>i << 1); return sign ? <i64>load<i16>(a) : <i64>load<u16>(a); }
  const a = data + <usize>i;
  return sign ? <i64>load<i8>(a) : <i64>load<u8>(a);
}
/** Integers of 8, 16, 32 or 64 bits; at most 20 bytes each. */
export function intText(data: usize, bits: i32, sign: bool, n: i32, validity: usize, offsets: usize, out: usize): usize {
  const start = out;
  setOffset(offsets, 0, 0);
  for (let i = 0; i < n; i++) {
    if (present(validity, i)) {
      const v = integer(data, i, bits, sign);
      out = sign ? signed(v, out) : digits(<u64>v, out);
    }
    setOffset(offsets, i + 1, out - start);
  }
  return out - start;
}

const LIMBS = memory.data(32, 16);
const DIGITS = memory.data(112, 16);
const DIGITS_END = DIGITS + 96;
const BILLION: u64 = 1000000000;

/** Takes the two's complement number of `width` bytes at src as its magnitude into LIMBS; true if it was negative. */
function magnitude(src: usize, width: i32): bool {
  const negative = load<i8>(src + <usize>(width - 1)) < 0;
  let carry: u64 = negative ? 1 : 0;
  const flip: u32 = negative ? 0xffffffff : 0;
  for (let k = 0; k < width; k += 4) {
    const v = <u64>(load<u32>(src + <usize>k) ^ flip) + carry;
    store<u32>(LIMBS + <usize>k, <u32>v);
    carry = v >> 32;
  }
  return negative;
}
/** Digits of the number in LIMBS, without leading zeros (none for 0), up to DIGITS_END; returns where they begin. */
function bigDigits(words: i32): usize {
  let p = DIGITS_END;
  for (;;) {
    while (words > 0 && !load<u32>(LIMBS + (<usize>(words - 1) << 2))) words--;
    if (words <= 2) break;
    let rest: u64 = 0;
    for (let k = words - 1; k >= 0; k--) {
      const a = LIMBS + (<usize>k << 2), v = rest << 32 | <u64>load<u32>(a), q = v / BILLION;
      store<u32>(a, <u32>q);
      rest = v - q * BILLION;
    }
    p -= 9;
    padded(rest, 9, p);
  }
  const low = words == 2 ? load<u64>(LIMBS) : words == 1 ? <u64>load<u32>(LIMBS) : 0;
  if (low) { const n = digitCount(low); p -= <usize>n; padded(low, n, p); return p; }
  while (p < DIGITS_END && load<u8>(p) == 48) p++;
  return p;
}
@inline function zeros(n: i32, out: usize): usize { for (let k = 0; k < n; k++) store<u8>(out + <usize>k, 48); return out + <usize>max(n, 0); }
/** Decimals of 4, 8, 16 or 32 bytes, little-endian two's complement, with all digits of their scale (below 0: that many zeros more). */
export function decimalText(data: usize, width: i32, scale: i32, n: i32, validity: usize, offsets: usize, out: usize): usize {
  const start = out;
  setOffset(offsets, 0, 0);
  for (let i = 0; i < n; i++) {
    if (present(validity, i)) {
      if (magnitude(data + <usize>i * <usize>width, width)) out = char(out, 0x2d);
      const from = bigDigits(width >> 2), count = <i32>(DIGITS_END - from), whole = count - max(scale, 0);
      if (whole > 0) { copy(from, <usize>whole, out); out += <usize>whole; } else out = char(out, 48);
      if (scale > 0) {
        out = zeros(-whole, char(out, 0x2e));
        const rest = min(count, scale);
        copy(DIGITS_END - <usize>rest, <usize>rest, out);
        out += <usize>rest;
      } else if (count) out = zeros(-scale, out);
    }
    setOffset(offsets, i + 1, out - start);
  }
  return out - start;
}

/** Days since 1970-01-01 in the proleptic Gregorian calendar; a year outside 0..9999 has a sign and at least six digits. */
function date(days: i64, out: usize): usize {
  const z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097, day = <u32>(z - era * 146097);
  const yearOfEra = (day - day / 1460 + day / 36524 - day / 146096) / 365, dayOfYear = day - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
  const month = (5 * dayOfYear + 2) / 153, m = month < 10 ? month + 3 : month - 9;
  const year = <i64>yearOfEra + era * 400 + (m <= 2 ? 1 : 0);
  if (year >= 0 && year <= 9999) { out = padded(<u64>year, 4, out); }
  else {
    const size = <u64>(year < 0 ? -year : year);
    out = padded(size, max<u32>(6, digitCount(size)), char(out, year < 0 ? 0x2d : 0x2b));
  }
  store<u8>(out, 0x2d); pair(m, out + 1);
  store<u8>(out, 0x2d, 3); pair(dayOfYear - (153 * month + 2) / 5 + 1, out + 4);
  return out + 6;
}
@inline function perSecond(fraction: i32): u64 { return fraction == 9 ? 1000000000 : fraction == 6 ? 1000000 : fraction == 3 ? 1000 : 1; }
/** `.` and `fraction` digits, or nothing for whole seconds. */
@inline function subsecond(rest: u64, fraction: i32, out: usize): usize { return fraction ? padded(rest, fraction, char(out, 0x2e)) : out; }
/** Units since midnight; hours grow past two digits for a value longer than a day. */
function clock(v: u64, fraction: i32, out: usize): usize {
  const per = perSecond(fraction), all = v / per, rest = v - all * per, minutes = all / 60, hours = minutes / 60;
  if (hours < 100) { pair(<u32>hours, out); out += 2; } else out = digits(hours, out);
  store<u8>(out, 0x3a); pair(<u32>(minutes - hours * 60), out + 1);
  store<u8>(out, 0x3a, 3); pair(<u32>(all - minutes * 60), out + 4);
  return subsecond(rest, fraction, out + 6);
}
@inline function floorDiv(v: i64, by: i64): i64 { const q = v / by; return v - q * by < 0 ? q - 1 : q; }

/** Dates: int32 days (ms false) or int64 milliseconds; at most 20 bytes each. */
export function dateText(data: usize, ms: bool, n: i32, validity: usize, offsets: usize, out: usize): usize {
  const start = out;
  setOffset(offsets, 0, 0);
  for (let i = 0; i < n; i++) {
    if (present(validity, i)) out = date(ms ? floorDiv(load<i64>(data + (<usize>i << 3)), 86400000) : <i64>load<i32>(data + (<usize>i << 2)), out);
    setOffset(offsets, i + 1, out - start);
  }
  return out - start;
}
/** Times of day: int32 or int64 units of `fraction` digits; at most 40 bytes each. */
export function timeText(data: usize, bits: i32, fraction: i32, n: i32, validity: usize, offsets: usize, out: usize): usize {
  const start = out;
  setOffset(offsets, 0, 0);
  for (let i = 0; i < n; i++) {
    if (present(validity, i)) {
      const v = integer(data, i, bits, true);
      if (v < 0) out = char(out, 0x2d);
      out = clock(v < 0 ? 0 - <u64>v : <u64>v, fraction, out);
    }
    setOffset(offsets, i + 1, out - start);
  }
  return out - start;
}
/** Timestamps: int64 units of `fraction` digits since the epoch; at most 48 bytes each. */
export function timestampText(data: usize, fraction: i32, utc: bool, n: i32, validity: usize, offsets: usize, out: usize): usize {
  const start = out, perDay = <i64>perSecond(fraction) * 86400;
  setOffset(offsets, 0, 0);
  for (let i = 0; i < n; i++) {
    if (present(validity, i)) {
      const v = load<i64>(data + (<usize>i << 3)), days = floorDiv(v, perDay);
      out = clock(<u64>(v - days * perDay), fraction, char(date(days, out), 0x54));
      if (utc) out = char(out, 0x5a);
    }
    setOffset(offsets, i + 1, out - start);
  }
  return out - start;
}

/** `nH nM n.fffS`, hours and minutes only where they are not 0, each with the sign. */
function elapsed(v: u64, sign: bool, fraction: i32, out: usize): usize {
  const per = perSecond(fraction), all = v / per, hours = all / 3600, minutes = (all - hours * 3600) / 60;
  if (hours) { if (sign) out = char(out, 0x2d); out = char(digits(hours, out), 0x48); }
  if (minutes) { if (sign) out = char(out, 0x2d); out = char(digits(minutes, out), 0x4d); }
  if (sign) out = char(out, 0x2d);
  return char(subsecond(v - all * per, fraction, digits(all - hours * 3600 - minutes * 60, out)), 0x53);
}
/** Durations, `PT1H2M3.500S`, `-PT0.001S`: int64 units of `fraction` digits; at most 48 bytes each. */
export function durationText(data: usize, fraction: i32, n: i32, validity: usize, offsets: usize, out: usize): usize {
  const start = out;
  setOffset(offsets, 0, 0);
  for (let i = 0; i < n; i++) {
    if (present(validity, i)) {
      const v = load<i64>(data + (<usize>i << 3));
      if (v < 0) out = char(out, 0x2d);
      store<u16>(out, 0x5450);
      out = elapsed(v < 0 ? 0 - <u64>v : <u64>v, false, fraction, out + 2);
    }
    setOffset(offsets, i + 1, out - start);
  }
  return out - start;
}
/** One interval: the parts that are not 0, each with its own sign; all 0 gives the smallest part's 0. */
function interval(months: i64, days: i64, time: i64, fraction: i32, out: usize): usize {
  out = char(out, 0x50);
  if (months || fraction < 0) out = char(signed(months, out), 0x4d);
  if (days) out = char(signed(days, out), 0x44);
  if (time || fraction > 0 && !months && !days) out = elapsed(time < 0 ? 0 - <u64>time : <u64>time, time < 0, fraction, char(out, 0x54));
  return out;
}
/** Intervals, `P1M2DT3.500S`. form 0: int32 months; 1: int32 days and milliseconds; 2: int32 months and days, int64 nanoseconds;
 *  3: uint32 months, days and milliseconds (Parquet). At most 80 bytes each. */
export function intervalText(data: usize, form: i32, n: i32, validity: usize, offsets: usize, out: usize): usize {
  const start = out;
  setOffset(offsets, 0, 0);
  for (let i = 0; i < n; i++) {
    const k = <usize>i;
    if (present(validity, i)) {
      if (form == 0) out = interval(<i64>load<i32>(data + (k << 2)), 0, 0, -1, out);
      else if (form == 1) out = interval(0, <i64>load<i32>(data + (k << 3)), <i64>load<i32>(data + (k << 3), 4), 3, out);
      else if (form == 2) out = interval(<i64>load<i32>(data + (k << 4)), <i64>load<i32>(data + (k << 4), 4), load<i64>(data + (k << 4), 8), 9, out);
      else out = interval(<i64>load<u32>(data + k * 12), <i64>load<u32>(data + k * 12, 4), <i64>load<u32>(data + k * 12, 8), 3, out);
    }
    setOffset(offsets, i + 1, out - start);
  }
  return out - start;
}

@inline function hex(v: u32): u8 { return <u8>(v < 10 ? 48 + v : 87 + v); }
/** UUIDs of 16 bytes; 36 bytes each. */
export function uuidText(data: usize, n: i32, validity: usize, offsets: usize, out: usize): usize {
  const start = out;
  setOffset(offsets, 0, 0);
  for (let i = 0; i < n; i++) {
    if (present(validity, i)) for (let k = 0; k < 16; k++) {
      if (k == 4 || k == 6 || k == 8 || k == 10) out = char(out, 0x2d);
      const v = <u32>load<u8>(data + (<usize>i << 4) + <usize>k);
      store<u8>(out, hex(v >> 4)); store<u8>(out, hex(v & 15), 1);
      out += 2;
    }
    setOffset(offsets, i + 1, out - start);
  }
  return out - start;
}

@inline function base64Char(v: u32): u8 { return <u8>(v < 26 ? 65 + v : v < 52 ? 71 + v : v < 62 ? v - 4 : v == 62 ? 43 : 47); }
function base64(src: usize, end: usize, out: usize): usize {
  for (; src + 3 <= end; src += 3, out += 4) {
    const v = <u32>load<u8>(src) << 16 | <u32>load<u8>(src, 1) << 8 | <u32>load<u8>(src, 2);
    store<u8>(out, base64Char(v >> 18)); store<u8>(out, base64Char(v >> 12 & 63), 1);
    store<u8>(out, base64Char(v >> 6 & 63), 2); store<u8>(out, base64Char(v & 63), 3);
  }
  if (src == end) return out;
  const two = src + 2 == end, v = <u32>load<u8>(src) << 16 | (two ? <u32>load<u8>(src, 1) << 8 : 0);
  store<u8>(out, base64Char(v >> 18)); store<u8>(out, base64Char(v >> 12 & 63), 1);
  store<u8>(out, two ? base64Char(v >> 6 & 63) : 0x3d, 2); store<u8>(out, 0x3d, 3);
  return out + 4;
}
/** Base64 with padding of binary values in Arrow's layout; 4 bytes for each 3 begun. */
export function base64Text(from: usize, values: usize, n: i32, validity: usize, offsets: usize, out: usize): usize {
  const start = out;
  setOffset(offsets, 0, 0);
  for (let i = 0; i < n; i++) {
    const a = from + (<usize>i << 2);
    if (present(validity, i)) out = base64(values + <usize>load<i32>(a), values + <usize>load<i32>(a, 4), out);
    setOffset(offsets, i + 1, out - start);
  }
  return out - start;
}
