import { RecordProblem } from '../textFile/recordProblem.ts';
import type { RecordFormat } from '../textFile/recordFormat.ts';
import type { OpenFormat } from '../textFile/textReader.ts';
import { csvFields } from './csvFields.ts';
import { MOST_FIELDS, traceRecord } from './csvRecord.ts';
import { readHeader } from './readHeader.ts';

const LF = 10;
const CR = 13;

/** CSV: the kernel takes the records, and papaparse those it finds odd. */
export const openCsvFormat: OpenFormat = (kernel, paths, slots, options, codecs) => {
  const wanted = kernel.reserve(4 * MOST_FIELDS);
  const encoder = new TextEncoder();
  return {
    startText: async (source, file, signal) => {
      const { delimiter, names, from } = await readHeader(source, file, codecs, options, signal);
      const fields = names.length;
      const columnOf = new Map(
        paths.flatMap((path, column) => (path.length === 1 ? [[path[0], column] as const] : [])),
      );
      const columns = names.map((field) => columnOf.get(field) ?? -1);
      kernel.ints(wanted, fields).set(columns);
      const format: RecordFormat = {
        scanEnd: (at, end, ended) => (fields === 1 ? at + withoutBlankEnd(kernel.bytes(at, end - at), ended) : end),
        scan: (at, end, row) => {
          const { slots: slot, count, state } = slots;
          const byte = delimiter.charCodeAt(0);
          const rows = kernel.scanCsv(at, end, row, options.maxRows, byte, fields, wanted, slot, count, state);
          return { rows, ...slots.outcome() };
        },
        recordEnd: () => traceRecord(delimiter.charCodeAt(0)).recordEnd,
        strict: (record) => {
          if (fields > 1 && isBlankLine(record)) return null;
          const texts = csvFields(record, delimiter);
          if (texts.length !== fields)
            throw new RecordProblem(`has ${counted(texts.length)} where the header has ${counted(fields)}`);
          const row = new Array<Uint8Array | null>(paths.length).fill(null);
          for (const [index, column] of columns.entries()) {
            const text = texts[index] ?? null;
            if (column >= 0 && text !== null) row[column] = encoder.encode(text);
          }
          return row;
        },
        isNothing: (rest) => rest.every((byte) => byte === LF || byte === CR),
        unfinished: 'opens a quote that is never closed: the file ends inside it',
        tooLong: `is longer than ${options.maxRecordBytes / 1e6} MB, the most one record may have; perhaps a quote that it opens is never closed`,
        lineByLine: false,
      };
      return { format, from };
    },
  };
};

function counted(fields: number): string {
  return fields === 1 ? '1 field' : `${fields} fields`;
}

function isBlankLine(record: Uint8Array): boolean {
  return record.length === 1 || (record.length === 2 && record[0] === CR);
}

/**
 * In a file of one column a blank line is a row whose cell is null, unless only blank lines follow: the end of `bytes` without those that might be the last.
 * All of it where it is nothing else but more text follows.
 */
function withoutBlankEnd(bytes: Uint8Array, ended: boolean): number {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] === LF || bytes[end - 1] === CR)) end--;
  if (end === 0) return ended ? 0 : bytes.length;
  if (bytes[end] === CR && bytes[end + 1] === LF) return end + 2;
  return bytes[end] === LF ? end + 1 : bytes.length;
}
