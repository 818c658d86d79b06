// JSONL and CSV -> the wanted columns' text in Arrow's Utf8 layout with validity, 16 bytes at a time.
//
// A column slot is 8 x u32: {offsets, values, bytes so far, validity, nulls so far, end of the row's text, mark of the row, 0}.
// The caller sets offsets[row] and bytes so far, fills the validity bitmap with ones, and leaves each column room for all the input and 16 bytes.
// A key node (JSONL) is 8 x u32: {key, key length, column or -1, first child node, children, 0, 0, 0}; the nodes of one object lie together, the top ones first.
//
// Both scanners take records as long as they are plain and stop at the first that is not:
// state[0] = address of the first record not taken,
// state[1] = 1 that record is odd (a strict parser's turn, for it alone), 0 end of input, an incomplete record, or as many rows as asked for.
// The input needs 16 readable bytes behind its end.

import { blockMask, copy, escapeBits } from './bytes';

const SLOT: usize = 32, VALUES: usize = 4, AT: usize = 8, VALIDITY: usize = 12, NULLS: usize = 16, END: usize = 20, MARK: usize = 24;
const NODE: usize = 32, KEY_LENGTH: usize = 4, COLUMN: usize = 8, FIRST_CHILD: usize = 12, CHILDREN: usize = 16;
const MISSING: u32 = 0, PRESENT: u32 = 1;
const QUOTE: u8 = 0x22, BACKSLASH: u8 = 0x5c, LF: u8 = 10, CR: u8 = 13;

let textEnd: usize = 0; // where the last field or string was written up to
let spaced: bool = false; // whether nested() met white space between tokens
let codePoint: u32 = 0; // what unicode() read

@inline function slotOf(columns: usize, j: i32): usize { return columns + <usize>j * SLOT; }
@inline function eq(v: v128, byte: u8): v128 { return i8x16.eq(v, i8x16.splat(byte)); }
@inline function setText(c: usize, end: usize): void { store<u32>(c, <u32>(end - <usize>load<u32>(c, VALUES)), END); store<u32>(c, PRESENT, MARK); }

/** Ends row `row`: what was not set is null. */
@inline function commit(columns: usize, count: i32, row: i32): void {
  for (let j = 0; j < count; j++) {
    const c = slotOf(columns, j);
    if (load<u32>(c, MARK) == PRESENT) store<u32>(c, load<u32>(c, END), AT);
    else {
      const byte = <usize>load<u32>(c, VALIDITY) + (<usize>row >> 3);
      store<u8>(byte, load<u8>(byte) & ~(<u8>1 << <u8>(row & 7)));
      store<u32>(c, load<u32>(c, NULLS) + 1, NULLS);
    }
    store<u32>(<usize>load<u32>(c) + (<usize>(row + 1) << 2), load<u32>(c, AT));
  }
}

// ---- JSONL: one object a line. The input ends with a line feed, which no token takes, so nothing here runs past its line.

@inline function blank(p: usize): usize {
  while (true) { const c = load<u8>(p); if (c > 0x20 || (c != 0x20 && c != 9 && c != CR)) return p; p++; }
}
@inline function gap(p: usize): usize { const q = blank(p); if (q != p) spaced = true; return q; }

@inline function escaped(e: u32): u32 { return e == 0x6e ? 10 : e == 0x22 || e == 0x5c || e == 0x2f ? e : e == 0x74 ? 9 : e == 0x72 ? 13 : e == 0x62 ? 8 : e == 0x66 ? 12 : 0; }
@inline function hex(c: u32): i32 { const digit = c - 48; if (digit < 10) return digit; const letter = (c | 0x20) - 97; return letter < 6 ? letter + 10 : -1; }
/** Four hex digits, or less than 0. */
function hex4(p: usize): i32 {
  const a = hex(load<u8>(p)), b = hex(load<u8>(p, 1)), c = hex(load<u8>(p, 2)), d = hex(load<u8>(p, 3));
  return (a | b | c | d) < 0 ? -1 : (a << 12) | (b << 8) | (c << 4) | d;
}
/** `p` behind `\u` -> behind the character's escapes, 0 if they are broken; a lone surrogate reads as U+FFFD. */
function unicode(p: usize): usize {
  const unit = hex4(p);
  if (unit < 0) return 0;
  codePoint = unit;
  p += 4;
  if ((unit & 0xf800) != 0xd800) return p;
  codePoint = 0xfffd;
  if (unit >= 0xdc00 || load<u16>(p) != 0x755c) return p;
  const low = hex4(p + 2);
  if ((low & 0xfffffc00) != 0xdc00) return p;
  codePoint = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
  return p + 6;
}
function putUtf8(c: u32, out: usize): usize {
  if (c < 0x80) { store<u8>(out, c); return out + 1; }
  if (c < 0x800) { store<u8>(out, 0xc0 | (c >> 6)); store<u8>(out, 0x80 | (c & 63), 1); return out + 2; }
  if (c < 0x10000) { store<u8>(out, 0xe0 | (c >> 12)); store<u8>(out, 0x80 | ((c >> 6) & 63), 1); store<u8>(out, 0x80 | (c & 63), 2); return out + 3; }
  store<u8>(out, 0xf0 | (c >> 18)); store<u8>(out, 0x80 | ((c >> 12) & 63), 1); store<u8>(out, 0x80 | ((c >> 6) & 63), 2); store<u8>(out, 0x80 | (c & 63), 3);
  return out + 4;
}
/** `p` behind an opening quote -> behind the closing one, the text to `out` and its end to `textEnd`; 0 if it is no JSON string. */
function unescape(p: usize, out: usize): usize {
  while (true) {
    const v = v128.load(p);
    v128.store(out, v);
    const m = escapeBits(v);
    if (!m) { p += 16; out += 16; continue; }
    const k = <usize>ctz(m);
    p += k; out += k;
    const c = load<u8>(p);
    if (c == QUOTE) { textEnd = out; return p + 1; }
    if (c != BACKSLASH) return 0;
    const e = load<u8>(p, 1);
    if (e == 0x75) {
      p = unicode(p + 2);
      if (!p) return 0;
      out = putUtf8(codePoint, out);
      continue;
    }
    const r = escaped(e);
    if (!r) return 0;
    store<u8>(out, r);
    out++; p += 2;
  }
}
/** `p` behind an opening quote -> behind the closing one; 0 if it is no JSON string. */
function skipString(p: usize): usize {
  while (true) {
    const m = escapeBits(v128.load(p));
    if (!m) { p += 16; continue; }
    p += <usize>ctz(m);
    const c = load<u8>(p);
    if (c == QUOTE) return p + 1;
    if (c != BACKSLASH) return 0;
    const e = load<u8>(p, 1);
    if (e == 0x75) { if (hex4(p + 2) < 0) return 0; p += 6; continue; }
    if (!escaped(e)) return 0;
    p += 2;
  }
}
/** `p` at a key's first character -> its closing quote; 0 if it has escapes (odd) or no end. */
@inline function keyEnd(p: usize): usize {
  while (true) {
    const m = escapeBits(v128.load(p));
    if (m) { p += <usize>ctz(m); return load<u8>(p) == QUOTE ? p : 0; }
    p += 16;
  }
}
@inline function digits(p: usize): usize { while (<u32>load<u8>(p) - 48 < 10) p++; return p; }
/** `p` at a number, true, false or null -> its end; 0 if it is none. */
function scalar(p: usize): usize {
  const c = load<u8>(p);
  if (c == 0x74) return load<u32>(p) == 0x65757274 ? p + 4 : 0;
  if (c == 0x6e) return load<u32>(p) == 0x6c6c756e ? p + 4 : 0;
  if (c == 0x66) return load<u32>(p, 1) == 0x65736c61 ? p + 5 : 0;
  if (c == 0x2d) p++;
  let q = load<u8>(p) == 48 ? p + 1 : digits(p);
  if (q == p) return 0;
  if (load<u8>(q) == 0x2e) { p = q + 1; q = digits(p); if (q == p) return 0; }
  if ((load<u8>(q) | 0x20) == 0x65) {
    p = q + 1;
    const sign = load<u8>(p);
    if (sign == 0x2b || sign == 0x2d) p++;
    q = digits(p);
    if (q == p) return 0;
  }
  return q;
}
/** `p` at a member's key inside a nested object -> its value; 0 if there is none. */
@inline function member(p: usize): usize {
  if (load<u8>(p) != QUOTE) return 0;
  p = skipString(p + 1);
  if (!p) return 0;
  p = gap(p);
  return load<u8>(p) == 0x3a ? gap(p + 1) : 0;
}
/** `p` at `{` or `[` -> behind the matching bracket, everything between checked; 0 if it is no JSON or deeper than 64 levels. Sets `spaced`. */
function nested(p: usize): usize {
  let kinds: u64 = 0, depth = 0; // a bit a level: 1 = object
  spaced = false;
  while (true) {
    const c = load<u8>(p);
    if (c == 0x7b || c == 0x5b) {
      if (depth == 64) return 0;
      const isObject = c == 0x7b;
      kinds = (kinds << 1) | <u64>isObject;
      depth++;
      p = gap(p + 1);
      if (load<u8>(p) != c + 2) {
        if (isObject) { p = member(p); if (!p) return 0; }
        continue;
      }
    } else {
      p = c == QUOTE ? skipString(p + 1) : scalar(p);
      if (!p) return 0;
      p = gap(p);
    }
    while (true) {
      const d = load<u8>(p);
      if (d == 0x2c) break;
      if (d != (kinds & 1 ? 0x7d : 0x5d)) return 0;
      kinds >>= 1;
      depth--;
      p++;
      if (!depth) return p;
      p = gap(p);
    }
    p = gap(p + 1);
    if (kinds & 1) { p = member(p); if (!p) return 0; }
  }
}
/** A checked nested value [p, end) without the white space between its tokens. */
function minify(p: usize, end: usize, out: usize): usize {
  while (p < end) {
    const c = load<u8>(p);
    if (c == QUOTE) { const q = skipString(p + 1); copy(p, q - p, out); out += q - p; p = q; continue; }
    if (c != 0x20 && c != 9 && c != CR) { store<u8>(out, c); out++; }
    p++;
  }
  return out;
}
@inline function skipValue(p: usize): usize {
  const c = load<u8>(p);
  return c == QUOTE ? skipString(p + 1) : c == 0x7b || c == 0x5b ? nested(p) : scalar(p);
}
/** Takes the value at `p` into a column. */
@inline function takeValue(p: usize, column: usize): usize {
  const out = <usize>load<u32>(column, VALUES) + <usize>load<u32>(column, AT), c = load<u8>(p);
  if (c == QUOTE) { const q = unescape(p + 1, out); if (q) setText(column, textEnd); return q; }
  if (c == 0x7b || c == 0x5b) {
    const q = nested(p);
    if (!q) return 0;
    if (spaced) setText(column, minify(p, q, out));
    else { copy(p, q - p, out); setText(column, out + (q - p)); }
    return q;
  }
  const q = scalar(p);
  if (!q) return 0;
  if (c == 0x6e) { store<u32>(column, MISSING, MARK); return q; }
  copy(p, q - p, out);
  setText(column, out + (q - p));
  return q;
}
@inline function sameKey(a: usize, b: usize, n: usize): bool {
  for (let k: usize = 0; k < n; k += 16) if (~i8x16.bitmask(i8x16.eq(v128.load(a + k), v128.load(b + k))) & blockMask(n - k) & 0xffff) return false;
  return true;
}
/** The node of a key, looked for from `hint` on (keys mostly come in the order of the line before); 0 if nobody wants it. */
@inline function find(key: usize, length: usize, first: usize, end: usize, hint: usize): usize {
  for (let n = hint; n < end; n += NODE) if (<usize>load<u32>(n, KEY_LENGTH) == length && sameKey(<usize>load<u32>(n), key, length)) return n;
  for (let n = first; n < hint; n += NODE) if (<usize>load<u32>(n, KEY_LENGTH) == length && sameKey(<usize>load<u32>(n), key, length)) return n;
  return 0;
}
/** Forgets what an earlier value of the same key gave to the columns below it. */
function forget(node: usize, nodes: usize, columns: usize): void {
  const first = nodes + <usize>load<u32>(node, FIRST_CHILD) * NODE, end = first + <usize>load<u32>(node, CHILDREN) * NODE;
  for (let n = first; n < end; n += NODE) {
    const j = load<i32>(n, COLUMN);
    if (j >= 0) store<u32>(slotOf(columns, j), MISSING, MARK);
    if (load<u32>(n, CHILDREN)) forget(n, nodes, columns);
  }
}
/** The value at `p` of a key that has fields wanted of it. */
function takeWithFields(p: usize, node: usize, nodes: usize, columns: usize): usize {
  forget(node, nodes, columns);
  const j = load<i32>(node, COLUMN);
  if (load<u8>(p) == 0x7b && !object(p + 1, nodes, load<u32>(node, FIRST_CHILD), load<u32>(node, CHILDREN), columns)) return 0;
  return j < 0 ? skipValue(p) : takeValue(p, slotOf(columns, j));
}
/** `p` behind an opening brace -> behind the closing one, the wanted members taken (of a key that comes twice the last); 0 if it is odd: a key with escapes, 64 levels, or no JSON. */
function object(p: usize, nodes: usize, firstNode: u32, count: u32, columns: usize): usize {
  const first = nodes + <usize>firstNode * NODE, end = first + <usize>count * NODE;
  let hint = first;
  p = blank(p);
  if (load<u8>(p) == 0x7d) return p + 1;
  while (true) {
    if (load<u8>(p) != QUOTE) return 0;
    const key = p + 1;
    let last = keyEnd(key);
    if (!last) {
      if (count) return 0;
      last = skipString(key); // where no key is wanted, escapes do not matter
      if (!last) return 0;
      last--;
    }
    p = blank(last + 1);
    if (load<u8>(p) != 0x3a) return 0;
    p = blank(p + 1);
    const node = find(key, last - key, first, end, hint);
    if (node) {
      hint = node + NODE;
      p = load<u32>(node, CHILDREN) ? takeWithFields(p, node, nodes, columns) : takeValue(p, slotOf(columns, load<i32>(node, COLUMN)));
    } else p = skipValue(p);
    if (!p) return 0;
    p = blank(p);
    const d = load<u8>(p);
    if (d == 0x7d) return p + 1;
    if (d != 0x2c) return 0;
    p = blank(p + 1);
  }
}
/** Lines in [src, end), the last one with its line feed, as rows [row, limit); blank lines are passed over. Returns the rows done. */
export function scanJsonl(src: usize, end: usize, row: i32, limit: i32, nodes: usize, nodeCount: u32, columns: usize, count: i32, state: usize): i32 {
  const first = row;
  let p = src, odd = 0;
  while (p < end && row < limit) {
    let q = blank(p);
    const c = load<u8>(q);
    if (c == LF) { p = q + 1; continue; }
    for (let j = 0; j < count; j++) store<u32>(slotOf(columns, j), MISSING, MARK);
    q = c == 0x7b ? object(q + 1, nodes, 0, nodeCount, columns) : 0;
    if (q) q = blank(q);
    if (!q || load<u8>(q) != LF) { odd = 1; break; }
    commit(columns, count, row);
    p = q + 1;
    row++;
  }
  store<u32>(state, <u32>p);
  store<u32>(state, odd, 4);
  return row - first;
}

// ---- CSV: RFC 4180, any one-byte delimiter, LF or CRLF; a quote inside a bare field is text

/** A quoted field from behind its quote -> behind the closing one; 0 if the input ends first. `out` 0: not wanted. */
function quoted(p: usize, end: usize, out: usize): usize {
  const wanted = out != 0;
  while (p < end) {
    const v = v128.load(p);
    if (wanted) v128.store(out, v);
    const m = i8x16.bitmask(eq(v, QUOTE));
    if (!m) { p += 16; out += 16; continue; }
    const k = <usize>ctz(m);
    p += k + 1; out += k;
    if (p > end) return 0;
    if (p == end || load<u8>(p) != QUOTE) { textEnd = out; return p; }
    if (wanted) store<u8>(out, QUOTE);
    out++; p++;
  }
  return 0;
}
/** A bare field -> its end: a delimiter or the line's end; 0 if the input ends first. */
function bare(p: usize, end: usize, delimiter: u8, out: usize): usize {
  const wanted = out != 0;
  while (p < end) {
    const v = v128.load(p);
    if (wanted) v128.store(out, v);
    const m = i8x16.bitmask(v128.or(v128.or(eq(v, delimiter), eq(v, LF)), eq(v, CR)));
    if (!m) { p += 16; out += 16; continue; }
    const k = <usize>ctz(m);
    p += k; textEnd = out + k;
    return p < end ? p : 0;
  }
  return 0;
}
/** Bytes of a line end at `p`, 0 if there is none. */
@inline function lineEnd(p: usize, end: usize): usize {
  const c = load<u8>(p);
  return c == LF ? 1 : c == CR && p + 1 < end && load<u8>(p, 1) == LF ? 2 : 0;
}
/**
 * Records in [src, end) as rows [row, limit); `wanted` = for each of `fields` fields its column or -1 (i32). Returns the rows done.
 * Blank lines are passed over where a record has several fields; where it has one they are records whose field is null.
 * Odd: another number of fields, text behind a closing quote, a CR alone.
 */
export function scanCsv(src: usize, end: usize, row: i32, limit: i32, delimiter: u8, fields: i32, wanted: usize, columns: usize, count: i32, state: usize): i32 {
  const first = row;
  let start = src, odd = 0;
  while (start < end && row < limit) {
    if (fields > 1) { const skip = lineEnd(start, end); if (skip) { start += skip; continue; } }
    let p = start, field = 0;
    while (true) {
      const j = field < fields ? load<i32>(wanted + (<usize>field << 2)) : -1;
      let c: usize = 0, out: usize = 0;
      if (j >= 0) { c = slotOf(columns, j); out = <usize>load<u32>(c, VALUES) + <usize>load<u32>(c, AT); }
      const isQuoted = p < end && load<u8>(p) == QUOTE;
      p = isQuoted ? quoted(p + 1, end, out) : bare(p, end, delimiter, out);
      if (!p || p >= end) { p = 0; break; }
      if (j >= 0) { if (isQuoted || textEnd != out) setText(c, textEnd); else store<u32>(c, MISSING, MARK); }
      field++;
      const d = load<u8>(p);
      if (d == delimiter) { p++; continue; }
      if (d == CR) { if (p + 1 >= end) { p = 0; break; } if (load<u8>(p, 1) == LF) p++; }
      if (load<u8>(p) != LF || field != fields) odd = 1;
      break;
    }
    if (!p || odd) break;
    commit(columns, count, row);
    start = p + 1;
    row++;
  }
  store<u32>(state, <u32>start);
  store<u32>(state, odd, 4);
  return row - first;
}
