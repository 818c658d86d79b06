import type { QuarantineReason } from './outcome.ts';

/** One column of kept values of a block, ready to be a Parquet data page: PLAIN byte arrays of the present values. */
export interface KeptColumn {
  /** u32 little-endian length and bytes of each present value. */
  readonly plain: Uint8Array;
  /** Arrow validity bitmap (LSB first), or null when every row is present. */
  readonly validity: Uint8Array | null;
  readonly nulls: number;
}

/** A row that gets no line; `row` counts within the block. */
export interface SkippedRow {
  readonly row: number;
  readonly key: readonly string[];
  readonly reason: QuarantineReason;
  readonly detail: string;
}

/** What a worker made of some consecutive rows of a fragment. Buffers are the receiver's. */
export interface Block {
  readonly rows: number;
  /** Per row: bytes of its line with the newline, 0 when it gets none. */
  readonly lengths: Uint32Array;
  /** The lines back to back, or null when they were only measured. */
  readonly bytes: Uint8Array | null;
  /** Per row: input tokens, or null when they were not counted. */
  readonly tokens: Uint32Array | null;
  /** Per row: 64-bit hash of its custom_id. */
  readonly idHashes: BigUint64Array;
  readonly skipped: readonly SkippedRow[];
  /** custom_id, then the key columns, then the carried columns; null when nothing is kept. */
  readonly kept: readonly KeptColumn[] | null;
}
