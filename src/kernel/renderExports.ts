/**
 * What `assembly/render.ts` and `assembly/textColumn.ts` export. Every address is an offset into the kernel's linear memory, rows are half-open
 * [row, end), and a column's `offsets` and `values` are those of a TextColumn that its reader has checked.
 */
export interface RenderExports {
  /** lengths[i] (u32) = exact bytes of line i, at most 0xffffffff; 0 where the byte skip[i] is set. A segment is three u32: 0, address, length of literal bytes, or 1, offsets, values. */
  readonly measureLines: (
    row: number,
    end: number,
    segments: number,
    count: number,
    skip: number,
    lengths: number,
  ) => void;
  /**
   * Writes lines to [out, out + room) and their lengths (u32); none where skip[i] is set. A line over `maxLine` bytes (u32) is not written: skip[i] becomes `reason`.
   * Stops before a line without room, its exact length in lengths[i]. Returns the row it came to; `row` itself means more room is needed.
   */
  readonly renderLines: (
    row: number,
    end: number,
    segments: number,
    count: number,
    skip: number,
    reason: number,
    maxLine: number,
    out: number,
    room: number,
    lengths: number,
  ) => number;
  /** Bytes the last `renderLines` wrote. */
  readonly renderedBytes: () => number;
  /** Writes the custom_ids of rows [0, rows) as a text column (values: 64 bytes a row); `columns` holds offsets and values (u32) of each key column. Returns the bytes of the values. */
  readonly customIds: (columns: number, count: number, rows: number, offsets: number, values: number) => number;
  /** 1 if offsets[0 .. rows] begin at 0 or more, never fall and end within `bytes`, else 0. For offsets that came from a file. */
  readonly offsetsRise: (offsets: number, rows: number, bytes: number) => number;
  /** The first i in [0, rows] whose offset lies inside a character of the values, -1 if none does. The values are whole UTF-8 and the offsets rise. */
  readonly splitCharacter: (offsets: number, values: number, rows: number, bytes: number) => number;
  /** Sets the byte skip[i] to `reason` where row i is null and skip[i] is 0. */
  readonly skipNulls: (validity: number, rows: number, reason: number, skip: number) => void;
  /** Sets skip[i] to `reason` where row i is empty in each of the columns whose offsets' addresses (u32) lie at `columns`, and skip[i] is 0. */
  readonly skipEmpty: (columns: number, count: number, rows: number, reason: number, skip: number) => void;
  /** Sets skip[i] to `reason` and lengths[i] to 0 where lengths[i] is over `most`. Returns how many. */
  readonly skipLonger: (lengths: number, rows: number, most: number, reason: number, skip: number) => number;
  /** Shortens each value, in place, to at most limits[i] bytes (u32; 0xffffffff leaves it), never inside a character. Returns how many were cut. */
  readonly cutText: (offsets: number, values: number, rows: number, limits: number) => number;
  /** Parquet PLAIN byte arrays of the values that are present (`validity` 0: all). Returns the bytes written, -1 if they are more than `room`. */
  readonly toPlain: (
    offsets: number,
    values: number,
    validity: number,
    row: number,
    end: number,
    out: number,
    room: number,
  ) => number;
  /** Copies bits [from, from + count) to out, LSB first, padded with 0. Returns how many are 1. */
  readonly sliceBits: (bits: number, from: number, count: number, out: number) => number;
  /** out[i - row] (u64) = XXH64, seed 0, of value i: the same on any machine. */
  readonly hashText: (offsets: number, values: number, row: number, end: number, out: number) => void;
  /** SHA-256 of one message in pieces: begins it, appends [src, src + n), ends it and writes 32 bytes to out. */
  readonly shaStart: () => void;
  readonly shaAdd: (src: number, n: number) => void;
  readonly shaEnd: (out: number) => void;
}
