/** Deeper structures than any Parquet footer has. */
const MAX_DEPTH = 24;

/** More bytes are needed to find the end. */
export const CUT_SHORT = -1;

interface Walk {
  readonly bytes: Uint8Array;
  at: number;
  cut: boolean;
}

function malformed(): never {
  throw new Error('malformed metadata');
}

function byte(walk: Walk): number {
  const value = walk.bytes[walk.at++];
  if (value === undefined) walk.cut = true;
  return value ?? 0;
}

function varint(walk: Walk): number {
  let value = 0;
  for (let i = 0; i < 10; i++) {
    const next = byte(walk);
    value += (next & 127) * 2 ** (7 * i);
    if (next < 128) return value;
  }
  return malformed();
}

function skip(walk: Walk, length: number): void {
  walk.at += length;
  if (walk.at > walk.bytes.length) walk.cut = true;
}

function list(walk: Walk, depth: number): void {
  if (depth > MAX_DEPTH) malformed();
  const head = byte(walk);
  const type = head & 15;
  const size = head >> 4 === 15 ? varint(walk) : head >> 4;
  // Each element has at least one byte, so a size beyond the bytes there are ends at the cut.
  for (let i = 0; i < size && !walk.cut; i++) {
    if (type === 1 || type === 2) skip(walk, 1);
    else element(walk, type, depth);
  }
}

function element(walk: Walk, type: number, depth: number): void {
  if (type === 1 || type === 2) return;
  if (type === 3) skip(walk, 1);
  else if (type >= 4 && type <= 6) varint(walk);
  else if (type === 7) skip(walk, 8);
  else if (type === 8) skip(walk, varint(walk));
  else if (type === 9) list(walk, depth + 1);
  else if (type === 12) struct(walk, depth + 1);
  else malformed();
}

function struct(walk: Walk, depth: number): void {
  if (depth > MAX_DEPTH) malformed();
  while (!walk.cut) {
    const head = byte(walk);
    if ((head & 15) === 0) return;
    if (head >> 4 === 0) varint(walk);
    element(walk, head & 15, depth);
  }
}

/**
 * Where the Thrift compact struct at `at` ends, or CUT_SHORT if it does not end in these bytes. Whatever passes here is safe to hand to a
 * parser that trusts lengths. https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */
export function thriftEnd(bytes: Uint8Array, at: number): number {
  const walk: Walk = { bytes, at, cut: false };
  struct(walk, 0);
  return walk.cut ? CUT_SHORT : walk.at;
}
