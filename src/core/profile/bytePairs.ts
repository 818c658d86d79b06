import type { Vocabulary } from './vocabulary.ts';

/** A piece longer than this without any place to split is counted a token a byte: never fewer than there are, and in bounded time. */
const MAX_PIECE_BYTES = 1_000_000;
const SPAN = 2 ** 31;

/** Byte-pair encoding in time n log n, for texts on which the usual quadratic merging would hang, and for the places where tokens end. */
export interface BytePairs {
  readonly count: (text: string) => number;
  /** Ends, in UTF-8 bytes from the start, of at least the first `atMost` tokens of the text (of all if there are fewer). */
  readonly tokenEnds: (text: string, atMost: number) => number[];
}

function push(heap: number[], entry: number): void {
  let at = heap.length;
  heap.push(entry);
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const above = heap[parent] ?? 0;
    if (above <= entry) break;
    heap[at] = above;
    at = parent;
  }
  heap[at] = entry;
}

function pop(heap: number[]): number | undefined {
  const top = heap[0];
  const last = heap.pop();
  const { length } = heap;
  if (last === undefined || length === 0) return top;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= length) break;
    if (child + 1 < length && (heap[child + 1] ?? 0) < (heap[child] ?? 0)) child += 1;
    const below = heap[child] ?? 0;
    if (below >= last) break;
    heap[at] = below;
    at = child;
  }
  heap[at] = last;
  return top;
}

/** Ends of the tokens of one piece: always the pair of lowest rank is joined next, the leftmost of equals first. */
function mergedEnds(piece: Uint8Array, { rankOf, longest }: Vocabulary): number[] {
  const { length } = piece;
  const next = Int32Array.from({ length: length + 1 }, (_, index) => Math.min(index + 1, length));
  const before = Int32Array.from({ length: length + 1 }, (_, index) => index - 1);
  const pairRank = new Float64Array(length + 1).fill(-1);
  const heap: number[] = [];
  const weigh = (at: number): void => {
    const middle = next[at] ?? length;
    const end = next[middle] ?? length;
    const rank = middle < length && end - at <= longest ? rankOf(piece, at, end) : -1;
    pairRank[at] = rank;
    if (rank >= 0) push(heap, rank * SPAN + at);
  };
  for (let at = 0; at < length - 1; at++) weigh(at);
  for (let entry = pop(heap); entry !== undefined; entry = pop(heap)) {
    const at = entry % SPAN;
    if (pairRank[at] !== (entry - at) / SPAN) continue;
    const middle = next[at] ?? length;
    const end = next[middle] ?? length;
    next[at] = end;
    before[end] = at;
    pairRank[middle] = -1;
    weigh(at);
    if (at > 0) weigh(before[at] ?? 0);
  }
  const ends: number[] = [];
  for (let at = 0; at < length;) ends.push((at = next[at] ?? length));
  return ends;
}

/** Opens an encoding from its vocabulary and the expression that splits a text into pieces. */
export function openBytePairs(vocabulary: Vocabulary, split: RegExp): BytePairs {
  const encoder = new TextEncoder();
  const known = new Map<string, number[]>();
  const endsOf = (piece: string): number[] => {
    const found = known.get(piece);
    if (found !== undefined) return found;
    const bytes = encoder.encode(piece);
    const { length } = bytes;
    if (length > MAX_PIECE_BYTES) return Array.from({ length }, (_, index) => index + 1);
    const isToken = length <= vocabulary.longest && vocabulary.rankOf(bytes, 0, length) >= 0;
    const ends = isToken ? [length] : mergedEnds(bytes, vocabulary);
    if (piece.length <= 64) {
      if (known.size >= 50_000) known.clear();
      known.set(piece, ends);
    }
    return ends;
  };
  return {
    count: (text) => {
      let tokens = 0;
      for (const [piece] of text.matchAll(split)) tokens += endsOf(piece).length;
      return tokens;
    },
    tokenEnds: (text, atMost) => {
      const all: number[] = [];
      let start = 0;
      for (const [piece] of text.matchAll(split)) {
        if (all.length >= atMost) break;
        const ends = endsOf(piece);
        for (const end of ends) all.push(start + end);
        start += ends.at(-1) ?? 0;
      }
      return all;
    },
  };
}
