import type { Sort } from './grid.ts';

/** A field of what was kept before a reload; anything may be in there, so everything is looked at. */
function field(kept: unknown, name: string): unknown {
  return typeof kept === 'object' && kept !== null ? (kept as Readonly<Record<string, unknown>>)[name] : undefined;
}

export function keptNumber(kept: unknown, name: string): number {
  const value = field(kept, name);
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : 0;
}

export function keptText(kept: unknown, name: string): string | null {
  const value = field(kept, name);
  return typeof value === 'string' ? value : null;
}

export function keptFlag(kept: unknown, name: string): boolean {
  return field(kept, name) === true;
}

export function keptSort(kept: unknown, name: string): Sort | null {
  const value = field(kept, name);
  const column = keptText(value, 'column');
  return column === null ? null : { column, descending: keptFlag(value, 'descending') };
}
