/** Definition levels of a flat optional column as they lie in a version 1 page: u32 length, then runs of 1-bit levels. */
export function definitionLevels(rows: number, nulls: number, validity: Uint8Array | null): Uint8Array {
  if (validity === null || nulls === 0) return framed([{ value: 1, count: rows }]);
  if (nulls === rows) return framed([{ value: 0, count: rows }]);
  return framedBits(validity, rows);
}

/** A run of one level. */
export interface LevelRun {
  readonly value: number;
  readonly count: number;
}

function varint(into: number[], value: number): void {
  let rest = value;
  while (rest >= 0x80) {
    into.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  into.push(rest);
}

function withLength(head: readonly number[], body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + head.length + body.length);
  new DataView(bytes.buffer).setUint32(0, head.length + body.length, true);
  bytes.set(head, 4);
  bytes.set(body, 4 + head.length);
  return bytes;
}

/** Levels of at most 8 bits as runs, behind their u32 length (parquet-format, Encodings, RLE). */
export function framed(runs: readonly LevelRun[]): Uint8Array {
  const bytes: number[] = [];
  for (const { value, count } of runs) {
    if (count === 0) continue;
    varint(bytes, count * 2);
    bytes.push(value);
  }
  return withLength(bytes, new Uint8Array(0));
}

/** An Arrow validity bitmap is already what Parquet calls bit-packed levels of one bit; only the bits past the end are cleared. */
function framedBits(validity: Uint8Array, rows: number): Uint8Array {
  const groups = Math.ceil(rows / 8);
  const bits = validity.slice(0, groups);
  if (bits.length < groups)
    throw new RangeError(`a validity bitmap of ${bits.length} bytes is too short for ${rows} rows`);
  const spare = groups * 8 - rows;
  bits[groups - 1] = (bits[groups - 1] ?? 0) & (0xff >> spare);
  const head: number[] = [];
  varint(head, groups * 2 + 1);
  return withLength(head, bits);
}
