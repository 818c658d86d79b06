import type { ColumnPath } from '../../model/columnType.ts';
import type { ArrowField } from '../values/arrowArray.ts';
import type { Part } from './batchParts.ts';

/** A column to read: its index among the file's columns, then the index of a field in each struct on the way. */
export interface WantedColumn {
  readonly path: ColumnPath;
  readonly indexes: readonly number[];
  readonly field: ArrowField;
}

/** Where a path leads in a file's fields; null where the file has no such column or field. A plain Error for one that holds what has no text (a union). */
export function wantedColumn(fields: readonly ArrowField[], path: ColumnPath): WantedColumn | null {
  const indexes: number[] = [];
  let among = fields;
  let field: ArrowField | undefined;
  for (const name of path) {
    if (field !== undefined && field.layout.kind !== 'struct') {
      if (field.type.kind === 'struct')
        throw new Error(`fields of "${field.name}" can't be read alone (it is dictionary-encoded)`);
      return null;
    }
    const index = among.findIndex((one) => one.name === name);
    field = among[index];
    if (field === undefined) return null;
    indexes.push(index);
    among = field.children;
  }
  if (field === undefined) return null;
  refuseUnread(field, path);
  return { path, indexes, field };
}

function refuseUnread({ layout, children }: ArrowField, path: ColumnPath): void {
  if (layout.kind === 'unread') throw new Error(`column "${path.join('.')}": ${layout.why}; leave it out`);
  if (layout.kind === 'dictionary') refuseUnread(layout.value, path);
  for (const child of children) refuseUnread(child, path);
}

/** The part of a wanted column, and the structs around it, whose nulls are its nulls too. */
export function wantedPart(parts: readonly Part[], column: WantedColumn): { part: Part; around: readonly Part[] } {
  const way: Part[] = [];
  let among = parts;
  for (const index of column.indexes) {
    const part = among[index];
    if (part === undefined) throw new Error('a record batch lacks columns');
    way.push(part);
    among = part.children;
  }
  const part = way.pop();
  if (part === undefined) throw new Error('a record batch lacks columns');
  return { part, around: way.filter((one) => one.nulls > 0).map((one) => ({ ...one, regions: [], children: [] })) };
}
