import { faultNumber, type Fault, type FaultName } from './faults.ts';
import { shuffledIndexes } from './seeded.ts';

/** What happens to a row; undefined is an ordinary answer. */
export type RowFault = Extract<FaultName, `rows-${string}`>;

const ROW_FAULTS = [
  'rows-failed',
  'rows-error',
  'rows-zero',
  'rows-refused',
  'rows-length',
  'rows-invalid',
  'rows-missing',
  'rows-duplicate',
] as const satisfies readonly RowFault[];

/** Which rows are struck by which fault: no row by two, each fault by its exact number of rows, chosen by the seed alone. */
export function planRowFaults(faults: readonly Fault[], rows: number, seed: string): ReadonlyMap<number, RowFault> {
  const struck = new Map<number, RowFault>();
  if (!faults.some(({ name }) => ROW_FAULTS.some((known) => known === name))) return struck;
  const order = shuffledIndexes(rows, 'row faults', seed);
  let next = 0;
  for (const name of ROW_FAULTS) {
    const share = faultNumber(faults, name);
    if (share === undefined) continue;
    const wanted = share < 1 ? Math.max(1, Math.round(share * rows)) : Math.floor(share);
    for (const end = Math.min(rows, next + wanted); next < end; next++) struck.set(order[next] ?? 0, name);
  }
  return struck;
}
