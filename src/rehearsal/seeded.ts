import { createHash } from 'node:crypto';

/** Lower-case hex SHA-256 of the parts, each ended by a zero byte so that no two lists of parts collide by joining. */
export function digestOf(...parts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex');
}

/** A source of repeatable numbers: each call gives the next number in [0, 1). */
export type Random = () => number;

/** A repeatable generator for a seed (sfc32 over 128 bits of its SHA-256); not for secrets. */
export function randomOf(...seed: readonly string[]): Random {
  const digest = digestOf(...seed);
  let [a, b, c, d] = [0, 8, 16, 24].map((at) => Number.parseInt(digest.slice(at, at + 8), 16) | 0) as [
    number,
    number,
    number,
    number,
  ];
  return () => {
    const sum = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return (sum >>> 0) / 4294967296;
  };
}

/** The numbers 0 to `count` - 1 in an order that only the seed decides. */
export function shuffledIndexes(count: number, ...seed: readonly string[]): Uint32Array {
  const random = randomOf(...seed);
  const order = Uint32Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    const held = order[last] ?? 0;
    order[last] = order[other] ?? 0;
    order[other] = held;
  }
  return order;
}
