// UTF-8 validation, after Keiser and Lemire, "Validating UTF-8 In Less Than One Instruction Per Byte" (2021): three table lookups on nibbles find every bad pair

const TOO_SHORT: i8 = 1, TOO_LONG: i8 = 2, OVERLONG_3: i8 = 4, TOO_LARGE: i8 = 8, SURROGATE: i8 = 16, OVERLONG_2: i8 = 32, TOO_LARGE_1000: i8 = 64, OVERLONG_4: i8 = 64, TWO_CONTS: i8 = -128;
const CARRY: i8 = TOO_SHORT | TOO_LONG | TWO_CONTS;

@inline function low4(v: v128): v128 { return v128.and(v, i8x16.splat(15)); }
@inline function high4(v: v128): v128 { return v128.and(i16x8.shr_u(v, 4), i8x16.splat(15)); }
@inline function badPairs(v: v128, before1: v128): v128 {
  const firstHigh = i8x16.swizzle(i8x16(
    TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TWO_CONTS, TWO_CONTS, TWO_CONTS, TWO_CONTS,
    TOO_SHORT | OVERLONG_2, TOO_SHORT, TOO_SHORT | OVERLONG_3 | SURROGATE, TOO_SHORT | TOO_LARGE | TOO_LARGE_1000 | OVERLONG_4), high4(before1));
  const firstLow = i8x16.swizzle(i8x16(
    CARRY | OVERLONG_3 | OVERLONG_2 | OVERLONG_4, CARRY | OVERLONG_2, CARRY, CARRY, CARRY | TOO_LARGE,
    CARRY | TOO_LARGE | TOO_LARGE_1000, CARRY | TOO_LARGE | TOO_LARGE_1000, CARRY | TOO_LARGE | TOO_LARGE_1000, CARRY | TOO_LARGE | TOO_LARGE_1000,
    CARRY | TOO_LARGE | TOO_LARGE_1000, CARRY | TOO_LARGE | TOO_LARGE_1000, CARRY | TOO_LARGE | TOO_LARGE_1000, CARRY | TOO_LARGE | TOO_LARGE_1000,
    CARRY | TOO_LARGE | TOO_LARGE_1000 | SURROGATE, CARRY | TOO_LARGE | TOO_LARGE_1000, CARRY | TOO_LARGE | TOO_LARGE_1000), low4(before1));
  const secondHigh = i8x16.swizzle(i8x16(
    TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT,
    TOO_LONG | OVERLONG_2 | TWO_CONTS | OVERLONG_3 | TOO_LARGE_1000 | OVERLONG_4, TOO_LONG | OVERLONG_2 | TWO_CONTS | OVERLONG_3 | TOO_LARGE,
    TOO_LONG | OVERLONG_2 | TWO_CONTS | SURROGATE | TOO_LARGE, TOO_LONG | OVERLONG_2 | TWO_CONTS | SURROGATE | TOO_LARGE,
    TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT), high4(v));
  return v128.and(v128.and(firstHigh, firstLow), secondHigh);
}
/** Non-zero bytes where block `v`, behind block `before`, breaks UTF-8. */
@inline function utf8Errors(v: v128, before: v128): v128 {
  const before1 = i8x16.shuffle(before, v, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30);
  const before2 = i8x16.shuffle(before, v, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29);
  const before3 = i8x16.shuffle(before, v, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28);
  const third = i8x16.sub_sat_u(before2, i8x16.splat(0x60)), fourth = i8x16.sub_sat_u(before3, i8x16.splat(0x70));
  return v128.xor(v128.and(v128.or(third, fourth), i8x16.splat(-128)), badPairs(v, before1));
}
/** Whether [at, end) is whole, valid UTF-8. Reads up to 15 bytes past the end. */
export function validUtf8(at: usize, end: usize): bool {
  let before = i8x16.splat(0), errors = i8x16.splat(0), open = false; // open: the block before was not ASCII
  while (end - at >= 64) {
    const a = v128.load(at), b = v128.load(at, 16), c = v128.load(at, 32), d = v128.load(at, 48);
    if (!open && !i8x16.bitmask(v128.or(v128.or(a, b), v128.or(c, d)))) { at += 64; continue; }
    errors = v128.or(errors, v128.or(utf8Errors(a, before), utf8Errors(b, a)));
    errors = v128.or(errors, v128.or(utf8Errors(c, b), utf8Errors(d, c)));
    before = d;
    open = i8x16.bitmask(d) != 0;
    at += 64;
  }
  for (; end - at >= 16; at += 16) { const v = v128.load(at); errors = v128.or(errors, utf8Errors(v, before)); before = v; }
  const tail = i8x16.lt_u(i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15), i8x16.splat(<i8>(end - at)));
  errors = v128.or(errors, utf8Errors(v128.and(v128.load(at), tail), before));
  return !v128.any_true(errors);
}
