import Papa from 'papaparse';
import { RecordProblem } from '../textFile/recordProblem.ts';
import { traceRecord } from './csvRecord.ts';

/** One field of a record: its text, null where it is empty and not quoted. */
export type CsvField = string | null;

/** The fields of one record (its line end included), by the strict parser; a RecordProblem if it is broken. `record` is valid UTF-8. */
export function csvFields(record: Uint8Array, delimiter: string): CsvField[] {
  const trace = traceRecord(delimiter.charCodeAt(0));
  trace.recordEnd(record);
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(record).replace(/\r?\n$/, '\n');
  const shielded = text.startsWith('\ufeff') ? `\ufeff${text}` : text; // the parser takes one mark away, and this one is text
  const { data, errors } = Papa.parse<string[]>(shielded, { delimiter, newline: '\n', quoteChar: '"', preview: 1 });
  const fields = data[0] ?? [''];
  if (errors.some(({ type }) => type === 'Quotes') || fields.length !== trace.quoted.length)
    throw new RecordProblem('has broken quotes; a quote inside a quoted field is written twice ("")');
  return fields.map((field, index) => (field === '' && trace.quoted[index] !== true ? null : field));
}
