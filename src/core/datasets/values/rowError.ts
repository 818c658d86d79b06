/** A plain Error about one row, counted from the first of those that were to become text. */
export function rowError(cause: string, row: number): Error {
  return Object.assign(new Error(cause), { row });
}

/** The row of a row error, null for any other error. */
export function rowOf(error: unknown): number | null {
  if (typeof error !== 'object' || error === null || !('row' in error)) return null;
  return typeof error.row === 'number' ? error.row : null;
}
