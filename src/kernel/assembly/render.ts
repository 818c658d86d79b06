// Lines of a template over text columns (Arrow's Utf8 layout), and their custom_ids.
// A segment is three u32: {0, address, length} is literal bytes, {1, offsets, values} a column, JSON-escaped.
import { copy, escapeJson, escapedBytes } from './bytes';
import { LANE_BYTES, shaAdd, shaEnd, shaFour, shaPad, shaStart } from './sha256';

let rendered: usize = 0;

/** Bytes that the last `renderLines` wrote. */
export function renderedBytes(): usize { return rendered; }

@inline function literalBytes(segments: usize, count: i32): u64 {
  let bytes: u64 = 0;
  for (let s = 0; s < count; s++) {
    const segment = segments + <usize>s * 12;
    if (!load<u32>(segment)) bytes += load<u32>(segment, 8);
  }
  return bytes;
}

/** Unescaped bytes of a row's columns. */
@inline function textBytes(segments: usize, count: i32, row: i32): u64 {
  let bytes: u64 = 0;
  for (let s = 0; s < count; s++) {
    const segment = segments + <usize>s * 12;
    if (!load<u32>(segment)) continue;
    const offset = <usize>load<u32>(segment, 4) + (<usize>row << 2), from = load<i32>(offset), to = load<i32>(offset, 4);
    if (to > from) bytes += <u64>(to - from);
  }
  return bytes;
}

/** Escaped bytes of a row's columns. */
function escapedRow(segments: usize, count: i32, row: i32): u64 {
  let bytes: u64 = 0;
  for (let s = 0; s < count; s++) {
    const segment = segments + <usize>s * 12;
    if (!load<u32>(segment)) continue;
    const offset = <usize>load<u32>(segment, 4) + (<usize>row << 2), values = <usize>load<u32>(segment, 8);
    bytes += escapedBytes(values + <usize>load<i32>(offset), values + <usize>load<i32>(offset, 4));
  }
  return bytes;
}

@inline function saturated(bytes: u64): u32 { return bytes > 0xffffffff ? 0xffffffff : <u32>bytes; }

/** lengths[i] = exact bytes of line i for rows [row, end), at most 0xffffffff; 0 where skip[i] is set. Nothing is rendered. */
export function measureLines(row: i32, end: i32, segments: usize, count: i32, skip: usize, lengths: usize): void {
  const fixed = literalBytes(segments, count);
  for (let i = row; i < end; i++) {
    const bytes = load<u8>(skip + <usize>i) ? 0 : saturated(fixed + escapedRow(segments, count, i));
    store<u32>(lengths + (<usize>i << 2), bytes);
  }
}

/**
 * Writes the lines of rows [row, end) to [out, out + room) and their lengths to lengths[i]; a row whose skip[i] is set has none (length 0).
 * A line longer than `maxLine` is not written: skip[i] becomes `reason`. Stops before a line for which no room is left, with its exact
 * length in lengths[i]. Returns the row it came to: `row` itself means that line needs more room.
 */
export function renderLines(
  row: i32, end: i32, segments: usize, count: i32, skip: usize, reason: u32, maxLine: u32, out: usize, room: usize, lengths: usize,
): i32 {
  const first = out, fixed = literalBytes(segments, count);
  let i = row;
  for (; i < end; i++) {
    const length = lengths + (<usize>i << 2);
    store<u32>(length, 0);
    if (load<u8>(skip + <usize>i)) continue;
    const left = <u64>(room - (out - first)), most = fixed + 6 * textBytes(segments, count, i);
    if (most > left || most > maxLine) {
      const exact = fixed + escapedRow(segments, count, i);
      if (exact > maxLine) { store<u8>(skip + <usize>i, reason); continue; }
      if (exact > left) { store<u32>(length, saturated(exact)); break; }
    }
    const start = out;
    for (let s = 0; s < count; s++) {
      const segment = segments + <usize>s * 12, a = <usize>load<u32>(segment, 4), b = <usize>load<u32>(segment, 8);
      if (load<u32>(segment)) {
        const offset = a + (<usize>i << 2);
        out = escapeJson(b + <usize>load<i32>(offset), b + <usize>load<i32>(offset, 4), out);
      } else { copy(a, b, out); out += b; }
    }
    store<u32>(length, <u32>(out - start));
  }
  rendered = out - first;
  return i;
}

const PIECE: usize = 1024;
const ESCAPED = memory.data(6 * 1024 + 64, 16);
const DIGEST = memory.data(32, 16);
/** Keys whose messages fit one block wait here until four can be hashed at once. */
const WAITING_BLOCKS = memory.data(4 * 80, 16);
const WAITING_IDS = memory.data(4 * 4, 16);
const WAITING_DIGESTS = memory.data(8 * 16, 16);
const SHORT: u64 = 55;
const HASHED_ID: usize = 42;
let waiting: usize = 0;

/**
 * custom_ids of rows [0, rows) as a text column: the key's text where one column is the key and its text is 1-64 of `A-Z a-z 0-9 _ -`, else `h_`
 * and the first 40 hex digits of the SHA-256 of the texts as a JSON array. `columns` holds {offsets, values} for each key column;
 * the values need 64 bytes a row. Returns their bytes.
 */
export function customIds(columns: usize, count: i32, rows: i32, offsets: usize, values: usize): usize {
  let out = values;
  waiting = 0;
  store<i32>(offsets, 0);
  for (let i = 0; i < rows; i++) {
    const plain = count == 1 ? plainKey(columns, i, out) : 0;
    if (!plain) hashKey(columns, count, i, out);
    out += plain ? plain : HASHED_ID;
    store<i32>(offsets + (<usize>(i + 1) << 2), <i32>(out - values));
  }
  writeWaiting();
  return out - values;
}

/** Copies the key's text if it may stand as it is; its bytes, or 0. */
@inline function plainKey(column: usize, row: i32, out: usize): usize {
  const offset = <usize>load<u32>(column) + (<usize>row << 2), from = load<i32>(offset), length = load<i32>(offset, 4) - from;
  if (length < 1 || length > 64) return 0;
  const src = <usize>load<u32>(column, 4) + <usize>from;
  for (let k: usize = 0; k < <usize>length; k += 16) {
    const v = v128.load(src + k), keep = (1 << <i32>min<usize>(<usize>length - k, 16)) - 1;
    const letter = i8x16.lt_u(i8x16.sub(v128.or(v, i8x16.splat(0x20)), i8x16.splat(0x61)), i8x16.splat(26));
    const digit = i8x16.lt_u(i8x16.sub(v, i8x16.splat(0x30)), i8x16.splat(10));
    const mark = v128.or(i8x16.eq(v, i8x16.splat(0x5f)), i8x16.eq(v, i8x16.splat(0x2d)));
    if (~i8x16.bitmask(v128.or(v128.or(letter, digit), mark)) & keep) return 0;
  }
  copy(src, <usize>length, out);
  return <usize>length;
}

/** Bytes of the texts as a JSON array. */
function messageBytes(columns: usize, count: i32, row: i32): u64 {
  let bytes = <u64>count * 3 + 1;
  for (let c = 0; c < count; c++) {
    const column = columns + (<usize>c << 3), offset = <usize>load<u32>(column) + (<usize>row << 2), values = <usize>load<u32>(column, 4);
    bytes += escapedBytes(values + <usize>load<i32>(offset), values + <usize>load<i32>(offset, 4));
  }
  return bytes;
}

/** Writes the hashed id of a row to out, perhaps only with a later row's or `writeWaiting`. */
function hashKey(columns: usize, count: i32, row: i32, out: usize): void {
  if (messageBytes(columns, count, row) > SHORT) {
    hashLongKey(columns, count, row, out);
    return;
  }
  const block = WAITING_BLOCKS + waiting * LANE_BYTES;
  let at = block;
  for (let c = 0; c < count; c++) {
    const column = columns + (<usize>c << 3), offset = <usize>load<u32>(column) + (<usize>row << 2), values = <usize>load<u32>(column, 4);
    store<u16>(at, c ? 0x222c : 0x225b); // ," or ["
    at = escapeJson(values + <usize>load<i32>(offset), values + <usize>load<i32>(offset, 4), at + 2);
    store<u8>(at++, 0x22);
  }
  store<u8>(at++, 0x5d);
  shaPad(block, at - block);
  store<u32>(WAITING_IDS + (waiting << 2), <u32>out);
  if (++waiting == 4) writeWaiting();
}

/** Hashes the keys that wait and writes their ids. */
function writeWaiting(): void {
  if (!waiting) return;
  shaFour(WAITING_BLOCKS, WAITING_DIGESTS);
  for (let m: usize = 0; m < waiting; m++) {
    const id = <usize>load<u32>(WAITING_IDS + (m << 2));
    store<u16>(id, 0x5f68); // h_
    for (let w: usize = 0; w < 5; w++) store<u64>(id + (w << 3), hex(load<u32>(WAITING_DIGESTS + (w << 4) + (m << 2))), 2);
  }
  waiting = 0;
}

function hashLongKey(columns: usize, count: i32, row: i32, out: usize): void {
  shaStart();
  for (let c = 0; c < count; c++) {
    const column = columns + (<usize>c << 3), offset = <usize>load<u32>(column) + (<usize>row << 2), values = <usize>load<u32>(column, 4);
    shaText(c ? 0x222c : 0x225b, 2);
    const end = values + <usize>load<i32>(offset, 4);
    for (let src = values + <usize>load<i32>(offset); src < end; src += PIECE) {
      shaAdd(ESCAPED, escapeJson(src, min(src + PIECE, end), ESCAPED) - ESCAPED);
    }
    shaText(0x22, 1);
  }
  shaText(0x5d, 1);
  shaEnd(DIGEST);
  store<u16>(out, 0x5f68);
  for (let w: usize = 0; w < 5; w++) store<u64>(out + (w << 3), hex(bswap<u32>(load<u32>(DIGEST + (w << 2)))), 2);
}

@inline function shaText(bytes: u32, n: usize): void { store<u32>(ESCAPED, bytes); shaAdd(ESCAPED, n); }

/** The 8 lower-case hex digits of a number, the highest first in memory. */
@inline function hex(word: u32): u64 {
  let v = <u64>bswap<u32>(word);
  v = (v | v << 16) & 0x0000ffff0000ffff;
  v = (v | v << 8) & 0x00ff00ff00ff00ff;
  v = (v >> 4 & 0x000f000f000f000f) | (v & 0x000f000f000f000f) << 8;
  const letters = (v + 0x0606060606060606) >> 4 & 0x0101010101010101;
  return v + 0x3030303030303030 + letters * 39;
}
