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

/** A row that ends the whole scan (a null key, or a row the job says to fail on); `row` counts within the block, which ends before it. */
export interface FatalRow {
  readonly row: number;
  /** What is wrong with it: goes on after "Row 5 ". */
  readonly problem: string;
}

/** A row looked for by the hash of its custom_id; `row` counts within the block. */
export interface FoundRow {
  readonly row: number;
  readonly id: string;
  readonly key: readonly string[];
}

/** A text of a sampled line: whole, or if it is very long some windows of equal size spread over it. */
export interface SampledText {
  /** Length of the whole text in UTF-16 units. */
  readonly chars: number;
  readonly parts: readonly string[];
}

/** One line of the sample from which tokens are estimated. */
export interface SampledLine {
  /** Its row, which counts within the block. */
  readonly row: number;
  /** 32 bits that decide whether it stays in the sample, the same on any machine. */
  readonly hash: number;
  /** Length of all parts of its texts. */
  readonly chars: number;
  /** Of the whole line, newline included. */
  readonly bytes: number;
  /** The texts of the request that hold this row's values. */
  readonly texts: readonly SampledText[];
}

/** What a worker made of some consecutive rows of a fragment. Its arrays, kept columns apart, are gone once the block is released. */
export interface Block {
  readonly rows: number;
  /** Per row: bytes of its line with the newline, 0 when it gets none. */
  readonly lengths: Uint32Array;
  /** The lines back to back, or null when they were only measured. */
  readonly bytes: Uint8Array | null;
  /** Per row: input tokens, or null when they were not counted. */
  readonly tokens: Uint32Array | null;
  /** Lines that may belong to the sample of all blocks. */
  readonly sampled: readonly SampledLine[];
  /** Per row: 64-bit hash of its custom_id. */
  readonly idHashes: BigUint64Array;
  readonly skipped: readonly SkippedRow[];
  readonly found: readonly FoundRow[];
  /** custom_id, then the key columns, then the carried columns; null when nothing is kept. */
  readonly kept: readonly KeptColumn[] | null;
  readonly fatal: FatalRow | null;
}
