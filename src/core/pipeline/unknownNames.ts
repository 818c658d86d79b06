import type { BodyNode } from '../model/body.ts';
import type { Column } from '../model/columnType.ts';
import type { Job } from '../model/job.ts';
import { parsePlaceholders, type ColumnReference } from '../render/placeholders.ts';
import { findColumn } from '../render/resolveColumn.ts';

function bodyReferences(node: BodyNode): ColumnReference[] {
  if (typeof node === 'string')
    return parsePlaceholders(node).parts.flatMap((part) => (part.kind === 'column' ? [part.reference] : []));
  if (typeof node !== 'object' || node === null) return [];
  return 'items' in node
    ? node.items.flatMap(bodyReferences)
    : node.entries.flatMap(([, value]) => bodyReferences(value));
}

/** The columns that a job fills into requests or carries along. Its key is not among them: every row has one, so the first rows show it. */
export function jobReferences({ request, results }: Job): ColumnReference[] {
  return [...bodyReferences(request.body), ...results.columns.map((name) => ({ name, quoted: false }))];
}

/** Of each reference that is no known column the names that a further column could have, so that it were one: the whole, or what stands before a dot. */
export function unknownNames(references: readonly ColumnReference[], columns: readonly Column[]): string[][] {
  const isNew = (name: string): boolean => name !== '' && !columns.some((column) => column.name === name);
  return references
    .filter((reference) => findColumn(reference, columns) === null)
    .map(({ name, quoted }) => {
      const parts = quoted ? [name] : name.split('.');
      return parts.map((_, index) => parts.slice(0, parts.length - index).join('.')).filter(isNew);
    });
}
