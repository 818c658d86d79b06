import { TrancheError } from '../errors.ts';
import type { Column } from '../model/columnType.ts';
import { mergeType } from './mergeType.ts';
import { typeName } from './typeName.ts';

/** What one file says of its columns. */
export interface FileColumns {
  readonly name: string;
  readonly columns: readonly Column[];
}

interface Merged {
  column: Column;
  /** The file that showed it first, for the sentence when another disagrees. */
  readonly file: string;
  files: number;
}

/** Columns of all files by name, in order of first appearance; one that some file lacks may be null. `badData` names two files whose types do not fit. */
export function mergeColumns(files: readonly FileColumns[]): Column[] {
  const merged = new Map<string, Merged>();
  for (const { name: file, columns } of files) {
    for (const column of columns) {
      const known = merged.get(column.name);
      if (known === undefined) merged.set(column.name, { column, file, files: 1 });
      else {
        known.column = mergeColumn(known, column, file);
        known.files++;
      }
    }
  }
  return [...merged.values()].map((one) => (one.files < files.length ? { ...one.column, nullable: true } : one.column));
}

function mergeColumn(known: Merged, column: Column, file: string): Column {
  const type = mergeType(known.column.type, column.type);
  if (type === null) {
    throw new TrancheError(
      'badData',
      `Column "${column.name}" is ${typeName(known.column.type)} in ${known.file} but ${typeName(column.type)} in ${file}; read them as two datasets or rewrite one.`,
    );
  }
  return { name: column.name, type, nullable: known.column.nullable || column.nullable };
}
