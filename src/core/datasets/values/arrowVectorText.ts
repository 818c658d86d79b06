import type { Data, DataType, Field, Vector } from 'apache-arrow';
import type { Kernel } from '../../../kernel/kernel.ts';
import type { TextColumn } from '../../../kernel/textColumn.ts';
import type { ColumnType } from '../../model/columnType.ts';

/** Throws a plain Error with a short cause (the caller names file and column). */
export function arrowVectorText(_kernel: Kernel, _vector: Vector | Data, _type: ColumnType): TextColumn {
  throw new Error('not yet');
}

/** What a field holds. Throws a plain Error naming a type that has no text (union). */
export function arrowColumnType(_field: Field<DataType>): ColumnType {
  throw new Error('not yet');
}
