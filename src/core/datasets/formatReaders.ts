import type { DatasetFormat } from '../model/dataset.ts';
import { arrowReader } from './arrow/arrowReader.ts';
import { csvReader } from './csv/csvReader.ts';
import type { FormatReader } from './formatReader.ts';
import { jsonlReader } from './jsonl/jsonlReader.ts';
import { parquetReader } from './parquet/parquetReader.ts';

/** The reader of each format. */
export const formatReaders: Readonly<Record<DatasetFormat, FormatReader>> = {
  parquet: parquetReader,
  arrow: arrowReader,
  csv: csvReader,
  jsonl: jsonlReader,
};
