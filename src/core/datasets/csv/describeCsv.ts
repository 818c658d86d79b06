import type { Column } from '../../model/columnType.ts';
import type { DatasetFile } from '../../model/dataset.ts';
import type { ByteSource } from '../../ports.ts';
import type { ReadEnv } from '../formatReader.ts';
import type { FileDescription } from '../../model/fileDescription.ts';
import { RecordProblem } from '../textFile/recordProblem.ts';
import type { TextOptions } from '../textFile/textOptions.ts';
import { csvFields, type CsvField } from './csvFields.ts';
import { traceRecord } from './csvRecord.ts';
import { readHeader } from './readHeader.ts';
import { guessCell } from './guessCell.ts';

/** Rows that types are guessed from. */
const SAMPLE_ROWS = 200;
/** Columns without a name that notices name. */
const MOST_NAMED = 5;

/** A file's columns and dialect, from its header and first rows. */
export async function describeCsv(
  source: ByteSource,
  file: DatasetFile,
  env: ReadEnv,
  options: TextOptions,
  signal: AbortSignal,
): Promise<FileDescription> {
  const { delimiter, names, unnamed, sample } = await readHeader(source, file, env.codecs, options, signal);
  const rows = sampleRows(sample, delimiter);
  const columns = names.map((name, index): Column => {
    const guess = guessCell(rows.map((row) => row[index] ?? null));
    return { name, type: guess === undefined ? { kind: 'cell' } : { kind: 'cell', guess }, nullable: true };
  });
  return {
    columns,
    rows: null,
    columnFacts: new Map(),
    csv: { delimiter },
    notices: unnamed.slice(0, MOST_NAMED).map((number) => {
      return `column ${number} has no name in the header and is called "column${number}".`;
    }),
    identity: { from: 0, to: source.sizeBytes },
  };
}

/** The first whole records; it ends at one that is broken, which whoever reads the rows will name. */
function sampleRows(bytes: Uint8Array, delimiter: string): CsvField[][] {
  const rows: CsvField[][] = [];
  try {
    for (let at = 0; rows.length < SAMPLE_ROWS;) {
      const length = traceRecord(delimiter.charCodeAt(0)).recordEnd(bytes.subarray(at));
      if (length < 0) break;
      rows.push(csvFields(bytes.subarray(at, at + length), delimiter));
      at += length;
    }
  } catch (error) {
    if (!(error instanceof RecordProblem)) throw error;
  }
  return rows;
}
