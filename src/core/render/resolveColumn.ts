import { TrancheError } from '../errors.ts';
import { nearestWord } from '../nearest.ts';
import type { Column, ColumnPath, ColumnType } from '../model/columnType.ts';
import type { ColumnReference } from './placeholders.ts';

const MOST_NAMED = 20;

function meant(name: string, known: readonly string[]): string {
  const near = nearestWord(name, known);
  if (near !== null) return `did you mean ${JSON.stringify(near)}?`;
  const named = known.slice(0, MOST_NAMED).map((word) => JSON.stringify(word));
  const more = known.length - named.length;
  return `there are ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`;
}

/** The path that `name` is among the columns: one whole name first, then the longest first part that a struct (or a JSONL value) holds the rest of. */
function pathOf(name: string, columns: readonly Column[]): ColumnPath | null {
  if (columns.some((column) => column.name === name)) return [name];
  for (let dot = name.lastIndexOf('.'); dot > 0; dot = name.lastIndexOf('.', dot - 1)) {
    const first = name.slice(0, dot);
    const column = columns.find((candidate) => candidate.name === first);
    const rest = column === undefined ? null : pathInside(name.slice(dot + 1), column.type);
    if (rest !== null) return [first, ...rest];
  }
  return null;
}

function pathInside(name: string, type: ColumnType): ColumnPath | null {
  if (name === '') return null;
  if (type.kind === 'struct') return pathOf(name, type.fields);
  return type.kind === 'json' ? name.split('.') : null;
}

/** The end of a sentence on why there is no such column. */
function whyNot(reference: ColumnReference, columns: readonly Column[]): string {
  const name = reference.name;
  if (columns.length === 0) return 'names a column of the dataset, which has none.';
  const dot = reference.quoted ? -1 : name.indexOf('.');
  const first = columns.find((column) => dot > 0 && column.name === name.slice(0, dot));
  if (first === undefined) {
    const known = columns.map((column) => column.name);
    return `names a column the dataset does not have; ${meant(name, known)}`;
  }
  const rest = JSON.stringify(name.slice(dot + 1));
  const column = JSON.stringify(first.name);
  if (first.type.kind !== 'struct') {
    return `asks for the field ${rest} of the column ${column}, which is no struct (its type is ${first.type.kind}).`;
  }
  const fields = first.type.fields.map((field) => field.name);
  return `asks for a field that the struct ${column} does not have; ${meant(name.slice(dot + 1), fields)}`;
}

/** Where a named column lies in the dataset: an exact column name before a path; null if nowhere. */
export function findColumn({ name, quoted }: ColumnReference, columns: readonly Column[]): ColumnPath | null {
  if (!quoted) return pathOf(name, columns);
  return columns.some((column) => column.name === name) ? [name] : null;
}

/** The same of a column named in a job: `badJob`, beginning with `where`, if nowhere. */
export function resolveColumn(reference: ColumnReference, columns: readonly Column[], where: string): ColumnPath {
  const path = findColumn(reference, columns);
  if (path === null) throw new TrancheError('badJob', `${where} ${whyNot(reference, columns)}`);
  return path;
}
