/** Every planned row ends in exactly one. */
export const ROW_OUTCOMES = [
  'ok',
  'failed',
  'refused',
  'truncated',
  'invalid',
  'expired',
  'missing',
  'quarantined',
] as const;

/** How a planned row ends; each in exactly one. */
export type RowOutcome = (typeof ROW_OUTCOMES)[number];

/** Why a row was never planned. */
export type QuarantineReason = 'null' | 'oversized' | 'tokens';

/** Rows by outcome; `in` is all rows of the dataset and equals the sum of the others. */
export type RowCounts = Readonly<Record<RowOutcome, number>> & { readonly in: number };
