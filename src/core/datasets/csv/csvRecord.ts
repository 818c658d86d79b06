import type { RecordEnd } from '../textFile/textWindow.ts';
import { RecordProblem } from '../textFile/recordProblem.ts';

const QUOTE = 0x22;
const LF = 10;
const CR = 13;
const SPACE = 0x20;

/** Fields a record may have. */
export const MOST_FIELDS = 100_000;

type State = 'fieldStart' | 'bare' | 'quoted' | 'quoteSeen' | 'behindQuote' | 'carriageReturn';

/** Follows one CSV record byte by byte, in pieces: where it ends, and how its fields are written. */
export interface RecordTrace {
  readonly recordEnd: RecordEnd;
  /** For each field that has begun: whether it is quoted. */
  readonly quoted: readonly boolean[];
}

/** Traces a record. A quote inside a bare field is text, spaces behind a closing quote are let pass; anything else there, and a CR alone, is a RecordProblem. */
export function traceRecord(delimiter: number): RecordTrace {
  const quoted: boolean[] = [];
  let state: State = 'fieldStart';
  const close = (byte: number): State => {
    if (byte === delimiter) return 'fieldStart';
    if (byte === CR) return 'carriageReturn';
    if (byte === SPACE) return 'behindQuote';
    throw new RecordProblem(
      `has text behind the closing quote of field ${quoted.length}; a quote inside a quoted field is written twice ("")`,
    );
  };
  const next = (byte: number): State => {
    switch (state) {
      case 'fieldStart':
        if (quoted.length === MOST_FIELDS) throw new RecordProblem(`has more than ${MOST_FIELDS} fields`);
        quoted.push(byte === QUOTE);
        if (byte === QUOTE) return 'quoted';
        return byte === delimiter ? 'fieldStart' : byte === CR ? 'carriageReturn' : 'bare';
      case 'bare':
        return byte === delimiter ? 'fieldStart' : byte === CR ? 'carriageReturn' : 'bare';
      case 'quoted':
        return byte === QUOTE ? 'quoteSeen' : 'quoted';
      case 'quoteSeen':
        return byte === QUOTE ? 'quoted' : close(byte);
      case 'behindQuote':
        return close(byte);
      case 'carriageReturn':
        throw new RecordProblem(
          'has a carriage return alone outside quotes (the line end of old Macs); make the line ends LF or CRLF, or quote the field',
        );
    }
  };
  return {
    quoted,
    recordEnd: (piece) => {
      for (let at = 0; at < piece.length; at++) {
        const byte = piece[at] ?? 0;
        if (byte === LF && state !== 'quoted') {
          if (state === 'fieldStart') quoted.push(false);
          return at + 1;
        }
        state = next(byte);
      }
      return -1;
    },
  };
}
