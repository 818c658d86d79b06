// Text columns put together from others: values picked by index, and nested values as JSON without spaces. Every function that writes texts
// writes rows + 1 int32 offsets too (the first 0) and returns the bytes written; sums come as f64 so that the caller sees what is too much.
import { copy } from './bytes';
import { present } from './value';

@inline function at(offsets: usize, i: i32): usize { return <usize>load<i32>(offsets + (<usize>i << 2)); }
@inline function setOffset(offsets: usize, i: i32, value: usize): void { store<i32>(offsets + (<usize>i << 2), <i32>value); }
@inline function char(out: usize, c: u8): usize { store<u8>(out, c); return out + 1; }

/** n + 1 int64 offsets -> int32 offsets from the first. False if they fall, begin below 0, or span 2 GiB. */
export function narrowOffsets(wide: usize, n: i32, out: usize): bool {
  const first = load<i64>(wide);
  let before = first;
  if (first < 0) return false;
  for (let i = 0; i <= n; i++) {
    const v = load<i64>(wide + (<usize>i << 3));
    if (v < before || v - first > 0x7fffffff) return false;
    before = v;
    store<i32>(out + (<usize>i << 2), <i32>(v - first));
  }
  return true;
}
/** True if a null row has text. */
export function nullHasText(offsets: usize, n: i32, validity: usize): bool {
  for (let i = 0; i < n; i++) if (!present(validity, i) && at(offsets, i + 1) != at(offsets, i)) return true;
  return false;
}
/** Bytes of the values that `n` u32 indexes pick (null rows pick none); -1 if an index is not below `count`. */
export function pickBytes(indexes: usize, n: i32, validity: usize, offsets: usize, count: u32): f64 {
  let sum: u64 = 0;
  for (let i = 0; i < n; i++) {
    if (!present(validity, i)) continue;
    const k = load<u32>(indexes + (<usize>i << 2));
    if (k >= count) return -1;
    sum += <u64>(at(offsets, k + 1) - at(offsets, k));
  }
  return <f64>sum;
}
/** Values by index; the indexes are checked (`pickBytes`). */
export function pick(indexes: usize, n: i32, validity: usize, from: usize, values: usize, offsets: usize, out: usize): usize {
  const start = out;
  setOffset(offsets, 0, 0);
  for (let i = 0; i < n; i++) {
    if (present(validity, i)) {
      const k = load<i32>(indexes + (<usize>i << 2)), begin = at(from, k), length = at(from, k + 1) - begin;
      copy(values + begin, length, out);
      out += length;
    }
    setOffset(offsets, i + 1, out - start);
  }
  return out - start;
}
/** The bitmap of rows whose picked value is present too; returns how many are null. */
export function pickValidity(indexes: usize, n: i32, validity: usize, picked: usize, out: usize): i32 {
  let nulls = 0;
  memory.fill(out, 0, <usize>(n + 7 >> 3));
  for (let i = 0; i < n; i++) {
    if (present(validity, i) && present(picked, load<i32>(indexes + (<usize>i << 2)))) {
      const byte = out + <usize>(i >> 3);
      store<u8>(byte, <u32>load<u8>(byte) | 1 << (i & 7));
    } else nulls++;
  }
  return nulls;
}
/** out = a and b, bitmaps of n bits (0 for all present); returns how many are null. */
export function andValidity(a: usize, b: usize, n: i32, out: usize): i32 {
  let nulls = 0;
  memory.fill(out, 0, <usize>(n + 7 >> 3));
  for (let i = 0; i < n; i++) {
    if (present(a, i) && present(b, i)) { const byte = out + <usize>(i >> 3); store<u8>(byte, <u32>load<u8>(byte) | 1 << (i & 7)); }
    else nulls++;
  }
  return nulls;
}

@inline function short(c: u32): u32 { return c == 10 ? 0x6e : c == 9 ? 0x74 : c == 13 ? 0x72 : c == 8 ? 0x62 : c == 12 ? 0x66 : 0; }
@inline function escapedLength(c: u32): u32 { return c == 0x22 || c == 0x5c || c < 0x20 && short(c) ? 2 : c < 0x20 ? 6 : 1; }
/** A JSON string, escaped as in a line: `"`, `\` and control characters, upper-case hex. */
function quoted(src: usize, end: usize, out: usize): usize {
  out = char(out, 0x22);
  for (; src < end; src++) {
    const c = <u32>load<u8>(src);
    if (c >= 0x20 && c != 0x22 && c != 0x5c) { out = char(out, <u8>c); continue; }
    out = char(out, 0x5c);
    const s = c >= 0x20 ? c : short(c);
    if (s) { out = char(out, <u8>s); continue; }
    const low = c & 15;
    store<u32>(out, 0x30303075); store<u8>(out, 48 + (c >> 4), 3); store<u8>(out, low < 10 ? 48 + low : 55 + low, 4);
    out += 5;
  }
  return char(out, 0x22);
}
/** True for `NaN`, `Infinity` and `-Infinity`, which JSON has no number for. */
@inline function notNumber(src: usize): bool { const c = load<u8>(src); return c == 0x4e || c == 0x49 || c == 0x2d && load<u8>(src, 1) == 0x49; }

/** Bytes of `jsonText`. mode 0: texts; 1: JSON already; 2: floats. */
export function jsonBytes(from: usize, values: usize, n: i32, validity: usize, mode: i32): f64 {
  let sum: u64 = 0;
  for (let i = 0; i < n; i++) {
    const src = values + at(from, i), end = values + at(from, i + 1);
    if (!present(validity, i)) sum += 4;
    else if (mode == 0) { sum += 2; for (let p = src; p < end; p++) sum += escapedLength(load<u8>(p)); }
    else sum += <u64>(end - src) + (mode == 2 && notNumber(src) ? 2 : 0);
  }
  return <f64>sum;
}
/** Each value as a JSON value, null as `null`. */
export function jsonText(from: usize, values: usize, n: i32, validity: usize, mode: i32, offsets: usize, out: usize): usize {
  const start = out;
  setOffset(offsets, 0, 0);
  for (let i = 0; i < n; i++) {
    const src = values + at(from, i), end = values + at(from, i + 1);
    if (!present(validity, i)) { store<u32>(out, 0x6c6c756e); out += 4; }
    else if (mode == 0 || mode == 2 && notNumber(src)) out = quoted(src, end, out);
    else { copy(src, end - src, out); out += end - src; }
    setOffset(offsets, i + 1, out - start);
  }
  return out - start;
}
/** `[a,b]` for each row from JSON items; `lists` are n + 1 offsets that count items. */
export function listText(lists: usize, n: i32, validity: usize, from: usize, values: usize, offsets: usize, out: usize): usize {
  const start = out;
  setOffset(offsets, 0, 0);
  for (let i = 0; i < n; i++) {
    if (present(validity, i)) {
      const first = <i32>at(lists, i), end = <i32>at(lists, i + 1);
      out = char(out, 0x5b);
      for (let k = first; k < end; k++) {
        if (k > first) out = char(out, 0x2c);
        const begin = at(from, k), length = at(from, k + 1) - begin;
        copy(values + begin, length, out);
        out += length;
      }
      out = char(out, 0x5d);
    }
    setOffset(offsets, i + 1, out - start);
  }
  return out - start;
}
/** `{"a":1,"b":2}` for each row. `fields`: `count` times the address and length of `"name":`, of the offsets and of the JSON values. */
export function structText(fields: usize, count: i32, n: i32, validity: usize, offsets: usize, out: usize): usize {
  const start = out;
  setOffset(offsets, 0, 0);
  for (let i = 0; i < n; i++) {
    if (present(validity, i)) {
      out = char(out, 0x7b);
      for (let f = 0; f < count; f++) {
        const field = fields + (<usize>f << 4), label = <usize>load<u32>(field, 4), from = <usize>load<u32>(field, 8), begin = at(from, i), length = at(from, i + 1) - begin;
        if (f) out = char(out, 0x2c);
        copy(<usize>load<u32>(field), label, out);
        out += label;
        copy(<usize>load<u32>(field, 12) + begin, length, out);
        out += length;
      }
      out = char(out, 0x7d);
    }
    setOffset(offsets, i + 1, out - start);
  }
  return out - start;
}
/** `{"k":1}` or `[["k",1]]` for each row from JSON keys and values; `maps` are n + 1 offsets that count entries. */
export function mapText(maps: usize, n: i32, validity: usize, keyOffsets: usize, keys: usize, valueOffsets: usize, values: usize, object: bool, offsets: usize, out: usize): usize {
  const start = out;
  setOffset(offsets, 0, 0);
  for (let i = 0; i < n; i++) {
    if (present(validity, i)) {
      const first = <i32>at(maps, i), end = <i32>at(maps, i + 1);
      out = char(out, object ? 0x7b : 0x5b);
      for (let k = first; k < end; k++) {
        if (k > first) out = char(out, 0x2c);
        if (!object) out = char(out, 0x5b);
        const key = at(keyOffsets, k), keyLength = at(keyOffsets, k + 1) - key, value = at(valueOffsets, k), length = at(valueOffsets, k + 1) - value;
        copy(keys + key, keyLength, out);
        out = char(out + keyLength, object ? 0x3a : 0x2c);
        copy(values + value, length, out);
        out += length;
        if (!object) out = char(out, 0x5d);
      }
      out = char(out, object ? 0x7d : 0x5d);
    }
    setOffset(offsets, i + 1, out - start);
  }
  return out - start;
}
