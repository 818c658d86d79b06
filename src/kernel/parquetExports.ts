/** What `assembly/parquet.ts` and `assembly/snappy.ts` export. Every address and length is in the kernel's linear memory. */
export interface ParquetExports {
  /** PLAIN byte arrays in [src, end): appends n values behind row `row` of an Arrow column; bytes in the column then, -1 if a length points past the end. */
  readonly plainBytes: (src: number, end: number, n: number, row: number, offsets: number, values: number) => number;
  /** Appends dictionary values by index (the caller has checked the indexes and the room). */
  readonly gatherBytes: (
    indexes: number,
    n: number,
    row: number,
    dictOffsets: number,
    dictValues: number,
    offsets: number,
    values: number,
  ) => void;
  /** Appends dictionary values of a fixed width; 0 if an index is not below `count`. */
  readonly gatherFixed: (indexes: number, n: number, dict: number, count: number, width: number, out: number) => number;
  /** Offsets of m dense values behind row `row` -> offsets of n rows by their `present` bytes. */
  readonly spreadOffsets: (offsets: number, row: number, present: number, n: number, m: number) => void;
  /** m dense values -> n rows by their `present` bytes, absent ones zero. */
  readonly spreadFixed: (data: number, width: number, present: number, n: number, m: number) => void;
  /** Bytes 0 or 1 -> bits [from, from + n) of a bitmap. */
  readonly packBits: (flags: number, n: number, bitmap: number, from: number) => void;
  /** 0 if a value begins inside a character. */
  readonly beginsOnCharacters: (offsets: number, n: number, values: number, end: number) => number;
  /** n deltas of `bits` bits, each `least` more than stored, added to `value` one after the other -> n i64; the last. */
  readonly unpackDeltas: (src: number, bits: number, n: number, least: bigint, value: bigint, out: number) => bigint;
  /** BYTE_STREAM_SPLIT: `width` streams of n bytes -> n values. */
  readonly interleave: (src: number, n: number, width: number, out: number) => void;
  /** DELTA_BYTE_ARRAY: appends n values; 0 if a prefix is longer than the value before. */
  readonly joinPrefixes: (
    prefixes: number,
    suffixes: number,
    n: number,
    src: number,
    prior: number,
    priorLength: number,
    row: number,
    offsets: number,
    values: number,
  ) => number;
  /** Little-endian integers to fewer bytes. */
  readonly narrow: (src: number, n: number, from: number, to: number, out: number) => void;
  /** Signed little-endian integers of 4 or 8 bytes to 16 or 32. */
  readonly widen: (src: number, n: number, from: number, to: number, out: number) => void;
  /** Signed big-endian integers -> little-endian of `to` bytes; the first that does not fit, or n. */
  readonly reverseFixed: (src: number, n: number, width: number, to: number, out: number) => number;
  /** The same for values of any length. */
  readonly reverseBytes: (offsets: number, values: number, n: number, to: number, out: number) => number;
  /** INT96 -> i64 nanoseconds since 1970; the first that does not fit, or n. */
  readonly int96ToNanos: (src: number, n: number, out: number) => number;
  /**
   * Snappy elements of [src, end) -> bytes in [to, room), with references back to `base`. Five u32 at `state` are where input and output stopped,
   * and what of an element is still to come (zeros at first). 0: more input is wanted, behind the at most 4 bytes left; 1: more room; 2: a reference before `base`.
   */
  readonly snappyPiece: (state: number, src: number, end: number, base: number, to: number, room: number) => number;
}
