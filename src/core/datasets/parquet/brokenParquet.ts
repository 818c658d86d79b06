import { TrancheError, isTrancheError, messageOf } from '../../errors.ts';

/** Where in a Parquet file something was met, for sentences. */
export interface ParquetPlace {
  readonly file: string;
  readonly column?: string;
  readonly rowGroup?: number;
}

/** The sentence for a fault in a file's bytes; errors that already speak to people and a stop pass through. */
export function brokenParquet(place: ParquetPlace, cause: unknown): TrancheError {
  if (isTrancheError(cause)) return cause;
  const column = place.column === undefined ? '' : `, column "${place.column}"`;
  const rowGroup = place.rowGroup === undefined ? '' : `, row group ${place.rowGroup + 1}`;
  return new TrancheError(
    'badData',
    `${place.file}${column}${rowGroup} is not readable as Parquet: ${messageOf(cause)}. Write the file again, or leave the column out.`,
    cause,
  );
}
