import type { ColumnType } from '../model/columnType.ts';

/** Bytes of one value in Arrow where every value has the same; null of the others. Bits count as eighths. */
export function arrowWidth(type: ColumnType): number | null {
  switch (type.kind) {
    case 'null':
      return 0;
    case 'bool':
      return 1 / 8;
    case 'int':
    case 'float':
      return type.bits / 8;
    case 'decimal':
      return type.precision > 38 ? 32 : 16;
    case 'uuid':
      return 16;
    case 'binary':
      return type.width ?? null;
    default:
      return clockWidth(type);
  }
}

function clockWidth(type: ColumnType): number | null {
  if (type.kind === 'date') return type.unit === 'ms' ? 8 : 4;
  if (type.kind === 'time') return type.unit === 's' || type.unit === 'ms' ? 4 : 8;
  return type.kind === 'timestamp' || type.kind === 'duration' ? 8 : null;
}

/** Whether Arrow holds the column as the text that the product renders: offsets of 4 bytes and UTF-8. */
export function isText(type: ColumnType): boolean {
  return type.kind === 'utf8' || type.kind === 'cell' || type.kind === 'json';
}

/** Fewest, usual and most UTF-8 bytes of one value's text where the type bounds them, null where it does not. */
export function textLengths(type: ColumnType): readonly [least: number, usual: number, most: number] | null {
  switch (type.kind) {
    case 'null':
      return [0, 0, 0];
    case 'bool':
      return [4, 4.5, 5];
    case 'int':
      return [1, type.bits / 8 + 1, Math.ceil(type.bits * 0.302) + 1];
    case 'float':
      return [1, type.bits / 4, 25];
    case 'decimal':
      return [1, type.precision / 2 + 1, type.precision + 3];
    case 'uuid':
      return [36, 36, 36];
    case 'date':
      return [10, 10, 16];
    case 'time':
      return [8, 12, 18];
    case 'timestamp':
      return [19, 24, 40];
    case 'duration':
    case 'interval':
      return [3, 12, 64];
    case 'binary':
      if (type.width === undefined) return null;
      return [4 * Math.ceil(type.width / 3), 4 * Math.ceil(type.width / 3), 4 * Math.ceil(type.width / 3)];
    default:
      return null;
  }
}
