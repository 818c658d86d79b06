// SHA-256 (FIPS 180-4): one message that comes in pieces, or four short ones at once.

const ROUND = memory.data<u32>([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be,
  0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
  0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
  0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
  0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,
  0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
]);
const STATE = memory.data(32, 16);
const WAITING = memory.data(64, 16);
const SCHEDULE = memory.data(256, 16);
let total: u64 = 0;

/** Begins a message. */
export function shaStart(): void {
  total = 0;
  store<u32>(STATE, 0x6a09e667);
  store<u32>(STATE, 0xbb67ae85, 4);
  store<u32>(STATE, 0x3c6ef372, 8);
  store<u32>(STATE, 0xa54ff53a, 12);
  store<u32>(STATE, 0x510e527f, 16);
  store<u32>(STATE, 0x9b05688c, 20);
  store<u32>(STATE, 0x1f83d9ab, 24);
  store<u32>(STATE, 0x5be0cd19, 28);
}

/** Appends [src, src + n) to the message. */
export function shaAdd(src: usize, n: usize): void {
  const waiting = <usize>(total & 63);
  total += n;
  if (waiting) {
    const taken = min<usize>(64 - waiting, n);
    memory.copy(WAITING + waiting, src, taken);
    if (waiting + taken < 64) return;
    compress(WAITING);
    src += taken;
    n -= taken;
  }
  for (; n >= 64; n -= 64, src += 64) compress(src);
  memory.copy(WAITING, src, n);
}

/** Ends the message; writes its 32 bytes to out. */
export function shaEnd(out: usize): void {
  const bits = total << 3;
  let waiting = <usize>(total & 63);
  store<u8>(WAITING + waiting++, 0x80);
  if (waiting > 56) {
    memory.fill(WAITING + waiting, 0, 64 - waiting);
    compress(WAITING);
    waiting = 0;
  }
  memory.fill(WAITING + waiting, 0, 56 - waiting);
  store<u64>(WAITING, bswap<u64>(bits), 56);
  compress(WAITING);
  for (let k: usize = 0; k < 32; k += 4) store<u32>(out + k, bswap<u32>(load<u32>(STATE + k)));
}

@inline function first(e: u32, f: u32, g: u32): u32 { return (rotr<u32>(e, 6) ^ rotr<u32>(e, 11) ^ rotr<u32>(e, 25)) + (g ^ (e & (f ^ g))); }
@inline function second(a: u32, b: u32, c: u32): u32 { return (rotr<u32>(a, 2) ^ rotr<u32>(a, 13) ^ rotr<u32>(a, 22)) + ((a & b) | (c & (a | b))); }
@inline function word(k: usize, at: usize): u32 { return load<u32>(ROUND + at + k) + load<u32>(SCHEDULE + at + k); }

/** One block of 64 bytes. */
function compress(block: usize): void {
  for (let k: usize = 0; k < 64; k += 4) store<u32>(SCHEDULE + k, bswap<u32>(load<u32>(block + k)));
  for (let k: usize = 64; k < 256; k += 4) {
    const w = SCHEDULE + k, early = load<u32>(w - 60), late = load<u32>(w - 8);
    const s0 = rotr<u32>(early, 7) ^ rotr<u32>(early, 18) ^ (early >> 3);
    const s1 = rotr<u32>(late, 17) ^ rotr<u32>(late, 19) ^ (late >> 10);
    store<u32>(w, load<u32>(w - 64) + s0 + load<u32>(w - 28) + s1);
  }
  let a = load<u32>(STATE), b = load<u32>(STATE, 4), c = load<u32>(STATE, 8), d = load<u32>(STATE, 12);
  let e = load<u32>(STATE, 16), f = load<u32>(STATE, 20), g = load<u32>(STATE, 24), h = load<u32>(STATE, 28);
  // Eight rounds at a time: the names turn instead of the values.
  for (let k: usize = 0; k < 256; k += 32) {
    h += first(e, f, g) + word(k, 0); d += h; h += second(a, b, c);
    g += first(d, e, f) + word(k, 4); c += g; g += second(h, a, b);
    f += first(c, d, e) + word(k, 8); b += f; f += second(g, h, a);
    e += first(b, c, d) + word(k, 12); a += e; e += second(f, g, h);
    d += first(a, b, c) + word(k, 16); h += d; d += second(e, f, g);
    c += first(h, a, b) + word(k, 20); g += c; c += second(d, e, f);
    b += first(g, h, a) + word(k, 24); f += b; b += second(c, d, e);
    a += first(f, g, h) + word(k, 28); e += a; a += second(b, c, d);
  }
  store<u32>(STATE, load<u32>(STATE) + a);
  store<u32>(STATE, load<u32>(STATE, 4) + b, 4);
  store<u32>(STATE, load<u32>(STATE, 8) + c, 8);
  store<u32>(STATE, load<u32>(STATE, 12) + d, 12);
  store<u32>(STATE, load<u32>(STATE, 16) + e, 16);
  store<u32>(STATE, load<u32>(STATE, 20) + f, 20);
  store<u32>(STATE, load<u32>(STATE, 24) + g, 24);
  store<u32>(STATE, load<u32>(STATE, 28) + h, 28);
}

/** A block for `shaFour` is this far from the next: 64 bytes and the spare ones behind. */
export const LANE_BYTES: usize = 80;
const SCHEDULE4 = memory.data(1024, 16);

/** Ends a message of at most 55 bytes at `block` as its only block. */
export function shaPad(block: usize, n: usize): void {
  store<u8>(block + n, 0x80);
  memory.fill(block + n + 1, 0, 55 - n);
  store<u64>(block, bswap<u64>(<u64>n << 3), 56);
}

/** SHA-256 of four padded messages of one block each, a lane each; out: 8 vectors, word w of message m (as a number) at out + 16 w + 4 m. */
export function shaFour(blocks: usize, out: usize): void {
  for (let k: usize = 0; k < 16; k++) {
    const at = blocks + (k << 2);
    let v = i32x4.splat(load<i32>(at));
    v = v128.load_lane<u32>(at + LANE_BYTES, v, 1);
    v = v128.load_lane<u32>(at + 2 * LANE_BYTES, v, 2);
    v = v128.load_lane<u32>(at + 3 * LANE_BYTES, v, 3);
    v128.store(SCHEDULE4 + (k << 4), i8x16.shuffle(v, v, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12));
  }
  for (let k: usize = 256; k < 1024; k += 16) {
    const w = SCHEDULE4 + k, early = v128.load(w - 240), late = v128.load(w - 32);
    const s0 = v128.xor(v128.xor(turn(early, 7), turn(early, 18)), i32x4.shr_u(early, 3));
    const s1 = v128.xor(v128.xor(turn(late, 17), turn(late, 19)), i32x4.shr_u(late, 10));
    v128.store(w, add(add(v128.load(w - 256), s0), add(v128.load(w - 112), s1)));
  }
  shaStart();
  let a = v128.load32_splat(STATE), b = v128.load32_splat(STATE, 4), c = v128.load32_splat(STATE, 8), d = v128.load32_splat(STATE, 12);
  let e = v128.load32_splat(STATE, 16), f = v128.load32_splat(STATE, 20), g = v128.load32_splat(STATE, 24), h = v128.load32_splat(STATE, 28);
  for (let k: usize = 0; k < 64; k += 8) {
    h = add(h, add(first4(e, f, g), word4(k, 0))); d = add(d, h); h = add(h, second4(a, b, c));
    g = add(g, add(first4(d, e, f), word4(k, 1))); c = add(c, g); g = add(g, second4(h, a, b));
    f = add(f, add(first4(c, d, e), word4(k, 2))); b = add(b, f); f = add(f, second4(g, h, a));
    e = add(e, add(first4(b, c, d), word4(k, 3))); a = add(a, e); e = add(e, second4(f, g, h));
    d = add(d, add(first4(a, b, c), word4(k, 4))); h = add(h, d); d = add(d, second4(e, f, g));
    c = add(c, add(first4(h, a, b), word4(k, 5))); g = add(g, c); c = add(c, second4(d, e, f));
    b = add(b, add(first4(g, h, a), word4(k, 6))); f = add(f, b); b = add(b, second4(c, d, e));
    a = add(a, add(first4(f, g, h), word4(k, 7))); e = add(e, a); a = add(a, second4(b, c, d));
  }
  v128.store(out, add(a, v128.load32_splat(STATE)));
  v128.store(out, add(b, v128.load32_splat(STATE, 4)), 16);
  v128.store(out, add(c, v128.load32_splat(STATE, 8)), 32);
  v128.store(out, add(d, v128.load32_splat(STATE, 12)), 48);
  v128.store(out, add(e, v128.load32_splat(STATE, 16)), 64);
  v128.store(out, add(f, v128.load32_splat(STATE, 20)), 80);
  v128.store(out, add(g, v128.load32_splat(STATE, 24)), 96);
  v128.store(out, add(h, v128.load32_splat(STATE, 28)), 112);
}

@inline function add(a: v128, b: v128): v128 { return i32x4.add(a, b); }
@inline function turn(v: v128, right: i32): v128 { return v128.or(i32x4.shr_u(v, right), i32x4.shl(v, 32 - right)); }
@inline function word4(k: usize, at: usize): v128 {
  return add(v128.load32_splat(ROUND + ((k + at) << 2)), v128.load(SCHEDULE4 + ((k + at) << 4)));
}
@inline function first4(e: v128, f: v128, g: v128): v128 {
  return add(v128.xor(v128.xor(turn(e, 6), turn(e, 11)), turn(e, 25)), v128.bitselect(f, g, e));
}
@inline function second4(a: v128, b: v128, c: v128): v128 {
  return add(v128.xor(v128.xor(turn(a, 2), turn(a, 13)), turn(a, 22)), v128.bitselect(v128.or(b, c), v128.and(b, c), a));
}
