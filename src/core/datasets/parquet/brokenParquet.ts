import { TrancheError, isTrancheError, messageOf } from '../../errors.ts';

/** Where in a Parquet file something was met, for sentences. */
interface ParquetPlace {
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
    `${place.file}${column}${rowGroup} is not readable as Parquet: ${reasonOf(cause)}. Write the file again, or leave the column out.`,
    cause,
  );
}

/** What the runtime says of impossible numbers and missing parts is no sentence for people. */
function reasonOf(cause: unknown): string {
  if (cause instanceof RangeError) return 'its sizes are impossible or too large';
  if (cause instanceof TypeError) return 'its metadata is malformed';
  return messageOf(cause);
}
