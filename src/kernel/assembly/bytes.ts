// Shared by the kernel's parts. Areas leave 16 readable and writable bytes behind their end.

/** Copies [src, src + n) to out; writes up to 15 bytes past out + n. */
@inline export function copy(src: usize, n: usize, out: usize): void {
  if (n > 512) memory.copy(out, src, n);
  else for (let k: usize = 0; k < n; k += 16) v128.store(out + k, v128.load(src + k));
}

/** Bits of a 16-byte block that lie before the end. */
@inline export function blockMask(left: usize): i32 { return left < 16 ? (1 << <i32>left) - 1 : -1; }

/** Bits of a 16-byte block that JSON escapes: `"`, `\`, control characters. */
@inline export function escapeBits(v: v128): i32 {
  return i8x16.bitmask(v128.or(v128.or(i8x16.eq(v, i8x16.splat(0x22)), i8x16.eq(v, i8x16.splat(0x5c))), i8x16.lt_u(v, i8x16.splat(0x20))));
}

/** The letter of a control character's short escape (`\b \t \n \f \r`), 0 for the others. */
@inline export function shortEscape(c: u32): u32 { return c == 10 ? 110 : c == 9 ? 116 : c == 13 ? 114 : c == 8 ? 98 : c == 12 ? 102 : 0; }

/** Writes one byte that JSON escapes; writes up to 8 bytes. Returns the end. */
export function escapeByte(c: u32, out: usize): usize {
  store<u8>(out, 0x5c);
  const letter = c == 0x22 || c == 0x5c ? c : shortEscape(c);
  if (letter) { store<u8>(out, letter, 1); return out + 2; }
  const low = c & 15;
  store<u32>(out, 0x30303075, 1); // u000
  store<u8>(out, 48 + (c >> 4), 4);
  store<u8>(out, low < 10 ? 48 + low : 55 + low, 5); // upper-case hex
  return out + 6;
}

/** Writes [src, end) as the inside of a JSON string; writes up to 15 bytes past what it returns, the end. */
export function escapeJson(src: usize, end: usize, out: usize): usize {
  while (src < end) {
    const v = v128.load(src), left = end - src;
    v128.store(out, v);
    const bits = escapeBits(v) & blockMask(left);
    if (!bits) { const n: usize = left < 16 ? left : 16; src += n; out += n; continue; }
    const n = <usize>ctz(bits);
    src += n;
    out = escapeByte(load<u8>(src++), out + n);
  }
  return out;
}

/** Bytes that `escapeJson` writes for [src, end). */
export function escapedBytes(src: usize, end: usize): u64 {
  if (end <= src) return 0;
  let bytes = <u64>(end - src);
  for (; src < end; src += 16) {
    const v = v128.load(src), keep = blockMask(end - src), bits = escapeBits(v) & keep;
    if (!bits) continue;
    bytes += popcnt(bits);
    const control = i8x16.bitmask(i8x16.lt_u(v, i8x16.splat(0x20))) & keep;
    if (control) {
      const short = v128.andnot(i8x16.lt_u(i8x16.sub(v, i8x16.splat(8)), i8x16.splat(6)), i8x16.eq(v, i8x16.splat(11)));
      bytes += 4 * popcnt(control & ~i8x16.bitmask(short));
    }
  }
  return bytes;
}

/** Where static data ends: the first address that may be handed out. */
export function heapBase(): usize { return __heap_base; }
