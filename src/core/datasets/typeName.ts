import type { ColumnType } from '../model/columnType.ts';

/** A type's name for people: `int64`, `decimal(18, 4)`, `list<utf8>`. */
export function typeName(type: ColumnType): string {
  switch (type.kind) {
    case 'int':
      return `${type.signed ? '' : 'u'}int${type.bits}`;
    case 'float':
      return `float${type.bits}`;
    case 'decimal':
      return `decimal(${type.precision}, ${type.scale})`;
    case 'time':
    case 'duration':
      return `${type.kind}(${type.unit})`;
    case 'timestamp':
      return `timestamp(${type.unit}${type.utc ? ', UTC' : ''})`;
    case 'list':
      return `list<${typeName(type.item)}>`;
    case 'map':
      return `map<${typeName(type.key)}, ${typeName(type.value)}>`;
    case 'struct':
      return `struct<${type.fields.map((field) => `${field.name}: ${typeName(field.type)}`).join(', ')}>`;
    case 'cell':
      return type.guess ?? 'text';
    default:
      return type.kind;
  }
}
