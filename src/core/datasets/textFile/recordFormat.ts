import type { RowTexts } from './columnSlots.ts';
import type { RecordEnd } from './textWindow.ts';

/** What the scanner did: rows it took, the address of the first record it did not take, and whether that one is odd. */
export interface Scan {
  readonly rows: number;
  readonly stopped: number;
  readonly odd: boolean;
}

/** One text format: how the kernel takes its plain records, and how a strict parser takes the others. */
export interface RecordFormat {
  /** How far of [at, end) the scanner may be sent; asked once after each refill. `ended`: no text follows. */
  readonly scanEnd: (at: number, end: number, ended: boolean) => number;
  /** Whole plain records of [at, end) as rows from `row` on; `end` comes from `scanEnd`. */
  readonly scan: (at: number, end: number, row: number) => Scan;
  /** A finder of one record's end. It and `strict` throw a RecordProblem for a record that is really broken. */
  readonly recordEnd: () => RecordEnd;
  /** The wanted columns of one record (its line end included); null for a blank line that is no row. */
  readonly strict: (record: Uint8Array) => RowTexts | null;
  /** Whether what is left of a text, in which no record was found, may be passed over. */
  readonly isNothing: (rest: Uint8Array) => boolean;
  /** What to say of a record that the text's end cuts off, or one longer than allowed. */
  readonly unfinished: string;
  readonly tooLong: string;
  /** Whether a record is always one line, so that rows before an offset can be counted. */
  readonly lineByLine: boolean;
}
