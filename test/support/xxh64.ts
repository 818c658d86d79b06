const MASK = (1n << 64n) - 1n;
const [P1, P2, P3, P4, P5] = [
  0x9e3779b185ebca87n,
  0xc2b2ae3d27d4eb4fn,
  0x165667b19e3779f9n,
  0x85ebca77c2b2ae63n,
  0x27d4eb2f165667c5n,
] as const;

/** XXH64 with seed 0 in plain JavaScript, from its specification. */
export function xxh64(bytes: Buffer): bigint {
  const times = (a: bigint, b: bigint): bigint => (a * b) & MASK;
  const turn = (a: bigint, by: bigint): bigint => ((a << by) | (a >> (64n - by))) & MASK;
  const round = (lane: bigint, word: bigint): bigint => times(turn((lane + times(word, P2)) & MASK, 31n), P1);
  let at = 0;
  let hash: bigint = P5;
  if (bytes.length >= 32) {
    const lanes = [(P1 + P2) & MASK, P2, 0n, (MASK + 1n - P1) & MASK];
    for (; at + 32 <= bytes.length; at += 32) {
      lanes.forEach((lane, index) => (lanes[index] = round(lane, bytes.readBigUInt64LE(at + 8 * index))));
    }
    hash = lanes.reduce((sum, lane, index) => (sum + turn(lane, [1n, 7n, 12n, 18n][index] ?? 0n)) & MASK, 0n);
    for (const lane of lanes) hash = (times(hash ^ round(0n, lane), P1) + P4) & MASK;
  }
  hash = (hash + BigInt(bytes.length)) & MASK;
  for (; at + 8 <= bytes.length; at += 8) {
    hash = (times(turn(hash ^ round(0n, bytes.readBigUInt64LE(at)), 27n), P1) + P4) & MASK;
  }
  if (at + 4 <= bytes.length) {
    hash = (times(turn(hash ^ times(BigInt(bytes.readUInt32LE(at)), P1), 23n), P2) + P3) & MASK;
    at += 4;
  }
  for (; at < bytes.length; at++) hash = times(turn(hash ^ times(BigInt(bytes[at] ?? 0), P5), 11n), P1);
  hash = times(hash ^ (hash >> 33n), P2);
  hash = times(hash ^ (hash >> 29n), P3);
  return hash ^ (hash >> 32n);
}
