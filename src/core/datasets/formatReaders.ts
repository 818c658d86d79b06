import { TrancheError } from '../errors.ts';
import type { DatasetFormat } from '../model/dataset.ts';
import { arrowReader } from './arrow/arrowReader.ts';
import { csvReader } from './csv/csvReader.ts';
import type { FormatReader, FragmentReader } from './formatReader.ts';
import { jsonlReader } from './jsonl/jsonlReader.ts';
import { parquetReader } from './parquet/parquetReader.ts';

/** The reader of each format. */
export const formatReaders: Readonly<Record<DatasetFormat, FormatReader>> = {
  parquet: withinMemory(parquetReader),
  arrow: withinMemory(arrowReader),
  csv: withinMemory(csvReader),
  jsonl: withinMemory(jsonlReader),
};

/** A reader whose RangeErrors, which the kernel's memory of 2 GiB throws where a batch is too wide, say what to do. */
function withinMemory(reader: FormatReader): FormatReader {
  return {
    ...reader,
    open: (dataset, columns, kernel, env): FragmentReader => {
      const named = (file: number, error: unknown): unknown => {
        if (!(error instanceof RangeError)) return error;
        const name = dataset.files[file]?.name ?? dataset.uri;
        return new TrancheError(
          'notSupported',
          `${name}: ${columns.length} columns take more memory than one batch may have; read fewer columns (--columns).`,
          error,
        );
      };
      try {
        const opened = reader.open(dataset, columns, kernel, env);
        return {
          batches: async function* (fragment, signal) {
            try {
              yield* opened.batches(fragment, signal);
            } catch (error) {
              throw named(fragment.file, error);
            }
          },
          close: () => opened.close(),
        };
      } catch (error) {
        throw named(0, error);
      }
    },
  };
}
