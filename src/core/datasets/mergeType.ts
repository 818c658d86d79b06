import type { Column, ColumnType } from '../model/columnType.ts';

/**
 * One type for a column that two files type so, or null if their texts would follow different rules: the kinds must be the same, and integers,
 * decimals of one scale, dates and binaries may differ in width. A column of nulls takes the other's type.
 */
export function mergeType(a: ColumnType, b: ColumnType): ColumnType | null {
  if (a.kind === 'null') return b;
  if (b.kind === 'null') return a;
  if (a.kind === 'int' && b.kind === 'int') {
    return { kind: 'int', bits: a.bits > b.bits ? a.bits : b.bits, signed: a.signed || b.signed };
  }
  if (a.kind === 'decimal' && b.kind === 'decimal') {
    return a.scale === b.scale ? { ...a, precision: Math.max(a.precision, b.precision) } : null;
  }
  if (a.kind === 'binary' && b.kind === 'binary') return a.width === b.width ? a : { kind: 'binary' };
  return mergeLoose(a, b);
}

function mergeLoose(a: ColumnType, b: ColumnType): ColumnType | null {
  if (a.kind === 'date' && b.kind === 'date') return (a.unit ?? 'day') === (b.unit ?? 'day') ? a : { kind: 'date' };
  if (a.kind === 'cell' && b.kind === 'cell') return a.guess === b.guess ? a : { kind: 'cell', guess: 'text' };
  return mergeNested(a, b);
}

function mergeNested(a: ColumnType, b: ColumnType): ColumnType | null {
  if (a.kind === 'list' && b.kind === 'list') {
    const item = mergeType(a.item, b.item);
    if (item === null) return null;
    return a.width === b.width ? { ...a, item } : { kind: 'list', item };
  }
  if (a.kind === 'map' && b.kind === 'map') {
    const key = mergeType(a.key, b.key);
    const value = mergeType(a.value, b.value);
    return key === null || value === null ? null : { kind: 'map', key, value };
  }
  if (a.kind === 'struct' && b.kind === 'struct') return mergeStruct(a.fields, b.fields);
  return sameScalar(a, b) ? a : null;
}

function mergeStruct(a: readonly Column[], b: readonly Column[]): ColumnType | null {
  if (a.length !== b.length) return null;
  const fields: Column[] = [];
  for (const [index, mine] of a.entries()) {
    const theirs = b[index];
    const type = theirs?.name === mine.name ? mergeType(mine.type, theirs.type) : null;
    if (theirs === undefined || type === null) return null;
    fields.push({ name: mine.name, type, nullable: mine.nullable || theirs.nullable });
  }
  return { kind: 'struct', fields };
}

function sameScalar(a: ColumnType, b: ColumnType): boolean {
  const facts = (type: ColumnType) => JSON.stringify(Object.entries(type).sort(([x], [y]) => (x < y ? -1 : 1)));
  return facts(a) === facts(b);
}
