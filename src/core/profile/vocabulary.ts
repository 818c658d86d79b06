/** Ranks of byte sequences: a token's rank is its number. */
export interface Vocabulary {
  /** The rank of bytes [from, to), -1 if they are no token. */
  readonly rankOf: (bytes: Uint8Array, from: number, to: number) => number;
  /** Bytes of the longest token. */
  readonly longest: number;
}

const FNV_START = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

function hashOf(bytes: Uint8Array, from: number, to: number): number {
  let hash = FNV_START;
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ (bytes[at] ?? 0), FNV_PRIME);
  return (hash ^ (hash >>> 15)) >>> 0;
}

function isSame(a: Uint8Array, from: number, length: number, b: Uint8Array, start: number): boolean {
  for (let at = 0; at < length; at++) if (a[from + at] !== b[start + at]) return false;
  return true;
}

function decode(base64: string): Uint8Array {
  const binary = atob(base64);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}

/** Places of the tokens in the packed bytes; a token of no bytes is a hole in the ranks. */
function placesOf(packed: Uint8Array): { starts: Uint32Array; longest: number } {
  const starts: number[] = [];
  let longest = 0;
  for (let at = 0; at < packed.length; at += 1 + (packed[at] ?? 0)) {
    starts.push(at + 1);
    longest = Math.max(longest, packed[at] ?? 0);
  }
  return { starts: Uint32Array.from(starts), longest };
}

/** Opens a vocabulary packed by `scripts/buildVocabularies.mjs`: for each rank a length (u8) and its bytes, as base64. */
export function openVocabulary(base64: string): Vocabulary {
  const packed = decode(base64);
  const { starts, longest } = placesOf(packed);
  const mask = 2 ** Math.ceil(Math.log2(2 * starts.length)) - 1;
  // Rank + 1 by hash, linear probing.
  const table = new Uint32Array(mask + 1);
  starts.forEach((start, rank) => {
    const length = packed[start - 1] ?? 0;
    if (length === 0) return;
    let slot = hashOf(packed, start, start + length) & mask;
    while (table[slot] !== 0) slot = (slot + 1) & mask;
    table[slot] = rank + 1;
  });
  return {
    longest,
    rankOf: (bytes, from, to) => {
      const length = to - from;
      for (let slot = hashOf(bytes, from, to) & mask; ; slot = (slot + 1) & mask) {
        const rank = (table[slot] ?? 0) - 1;
        if (rank < 0) return -1;
        const start = starts[rank] ?? 0;
        if (packed[start - 1] === length && isSame(bytes, from, length, packed, start)) return rank;
      }
    },
  };
}
