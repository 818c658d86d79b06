import { TrancheError } from '../../errors.ts';
import { RecordProblem } from '../textFile/recordProblem.ts';
import { CONVERT, invalidUtf8At } from '../textFile/textEncoding.ts';
import { csvFields } from './csvFields.ts';
import { MOST_FIELDS, traceRecord } from './csvRecord.ts';
import { sniffDelimiter } from './sniffDelimiter.ts';

const CR = 13;
const LF = 10;

/** A CSV text's first record. */
export interface CsvHeader {
  readonly delimiter: string;
  readonly names: readonly string[];
  /** Numbers, from 1, of the columns that have no name and are called `column1` and so on. */
  readonly unnamed: readonly number[];
  /** Bytes up to the first data record. */
  readonly bytes: number;
}

/** Bytes of blank lines at the start of a text. */
function blankBytes(start: Uint8Array): number {
  let at = 0;
  while (start[at] === LF || (start[at] === CR && start[at + 1] === LF)) at += start[at] === LF ? 1 : 2;
  return at;
}

/** What stands before the header: blank lines, and the line `sep=;` by which Excel is told the delimiter. */
function preamble(start: Uint8Array): { readonly bytes: number; readonly delimiter: string | null } {
  const blank = blankBytes(start);
  const line = /^sep=([,;\t|])(?:\r\n|\n)/i.exec(String.fromCharCode(...start.subarray(blank, blank + 7)));
  const delimiter = line?.[1] ?? null;
  if (line === null) return { bytes: blank, delimiter };
  const bytes = blank + line[0].length;
  return { bytes: bytes + blankBytes(start.subarray(bytes)), delimiter };
}

/** Whether a text that begins like this holds its whole first record, whatever the delimiter; also true when it is broken. */
export function holdsHeader(start: Uint8Array, fileName: string): boolean {
  const { bytes: from, delimiter } = preamble(start);
  const text = start.subarray(from);
  try {
    return traceRecord((delimiter ?? sniffDelimiter(text, fileName)).charCodeAt(0)).recordEnd(text) >= 0;
  } catch (error) {
    if (error instanceof RecordProblem) return true;
    throw error;
  }
}

/** Reads the header of a text that begins like this (without a byte order mark). `fileName` hints at the delimiter, `shownName` is for sentences. Throws `badData` where there is none, or a name comes twice. */
export function csvHeader(start: Uint8Array, fileName: string, shownName: string): CsvHeader {
  const fail = (problem: string): TrancheError => new TrancheError('badData', `${shownName}: ${problem}.`);
  const { bytes: from, delimiter: told } = preamble(start);
  const text = start.subarray(from);
  if (text.length === 0) throw fail('the file is empty; a CSV file begins with a row of column names');
  const delimiter = told ?? sniffDelimiter(text, fileName);
  try {
    const length = traceRecord(delimiter.charCodeAt(0)).recordEnd(text);
    if (length < 0) throw new RecordProblem('is not complete: a quote stays open, or it is far too long');
    const invalid = invalidUtf8At(text.subarray(0, length));
    if (invalid >= 0) throw new RecordProblem(`is not UTF-8 (byte ${from + invalid} of the text); ${CONVERT}`);
    const names = csvFields(text.subarray(0, length), delimiter);
    return { delimiter, ...checkedNames(names), bytes: from + length };
  } catch (error) {
    if (error instanceof RecordProblem) throw fail(`the header row ${error.message}`);
    throw error;
  }
}

function checkedNames(fields: readonly (string | null)[]): Pick<CsvHeader, 'names' | 'unnamed'> {
  if (fields.length > MOST_FIELDS) throw new RecordProblem(`has more than ${MOST_FIELDS} columns`);
  const unnamed: number[] = [];
  const seen = new Set<string>();
  const names = fields.map((field, index) => {
    const name = field || `column${index + 1}`;
    if (!field) unnamed.push(index + 1);
    if (seen.has(name)) throw new RecordProblem(`names the column ${JSON.stringify(name)} twice; rename one of them`);
    seen.add(name);
    return name;
  });
  return { names, unnamed };
}
