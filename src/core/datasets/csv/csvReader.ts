import type { FormatReader } from '../formatReader.ts';
import { TEXT_OPTIONS, type TextOptions } from '../textFile/textOptions.ts';
import { openTextReader } from '../textFile/textReader.ts';
import { describeCsv } from './describeCsv.ts';
import { openCsvFormat } from './csvFormat.ts';

/** CSV with these sizes. */
export function csvReaderWith(options: TextOptions): FormatReader {
  return {
    describe: (source, file, env, signal) => describeCsv(source, file, env, options, signal),
    fragments: async (_dataset, file) => [{ file, rows: null, part: { kind: 'bytes', from: 0, to: null } }],
    open: (dataset, columns, kernel, env) => openTextReader(dataset, columns, kernel, env, options, openCsvFormat),
  };
}

/** CSV and TSV with a header row; a file is one fragment. The delimiter is found for each file anew, the same way when it is described and read. */
export const csvReader: FormatReader = csvReaderWith(TEXT_OPTIONS);
