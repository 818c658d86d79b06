import type { ColumnType } from '../../model/columnType.ts';
import type { ArrowField } from '../values/arrowArray.ts';

/** An Arrow field that means what the Parquet schema says where Arrow's own type says less (UUIDs are plain bytes to it). */
export function withParquetTypes(field: ArrowField, type: ColumnType): ArrowField {
  const children = field.children.map((child, i) => {
    const inner = innerType(type, i);
    return inner === null ? child : withParquetTypes(child, inner);
  });
  const { layout } = field;
  const isUuid = type.kind === 'uuid' && layout.kind === 'fixed' && layout.bytes === 16;
  return { ...field, children, type: isUuid ? type : field.type };
}

function innerType(type: ColumnType, index: number): ColumnType | null {
  if (type.kind === 'list') return type.item;
  if (type.kind === 'struct') return type.fields[index]?.type ?? null;
  if (type.kind !== 'map') return null;
  const part = (name: string, inner: ColumnType) => ({ name, type: inner, nullable: true });
  return { kind: 'struct', fields: [part('key', type.key), part('value', type.value)] };
}
