import { DataType, Type, type Field } from 'apache-arrow';
import type { ColumnType, TimeUnit } from '../../model/columnType.ts';
import type { ArrowField, ArrowLayout } from './arrowArray.ts';

const TIME_UNITS: readonly TimeUnit[] = ['s', 'ms', 'us', 'ns'];
const MAX_SCALE = 76;
const MAX_DEPTH = 64;

/** Arrow's time units by number (Schema.fbs TimeUnit). A plain Error for another number. */
export function timeUnit(unit: number): TimeUnit {
  const name = TIME_UNITS[unit];
  if (name === undefined) throw new Error(`${unit} is no unit of time`);
  return name;
}

/** A decimal's column type, with a scale that stays within what a decimal of 256 bits can need. */
export function decimalType(precision: number, scale: number): ColumnType {
  if (Math.abs(scale) > MAX_SCALE || precision < 1 || precision > MAX_SCALE) {
    throw new Error(`decimal(${precision}, ${scale}) is no decimal type`);
  }
  return { kind: 'decimal', precision, scale };
}

/** Layout of an interval by its unit (Schema.fbs IntervalUnit). */
export function intervalLayout(unit: number): ArrowLayout {
  if (unit === 0) return { kind: 'interval', form: 'months', bytes: 4 };
  if (unit === 1) return { kind: 'interval', form: 'dayTime', bytes: 8 };
  if (unit === 2) return { kind: 'interval', form: 'monthDayNano', bytes: 16 };
  throw new Error(`${unit} is no unit of intervals`);
}

/** What a field of `apache-arrow` holds. Throws a plain Error naming a type that has no text (a union). */
export function arrowColumnType(field: Field): ColumnType {
  return arrowField(field).type;
}

/** A field of `apache-arrow` with its layout. */
export function arrowField(field: Field, depth = 0): ArrowField {
  if (depth > MAX_DEPTH) throw new Error('its type is nested too deeply');
  const { name, nullable } = field;
  const type: DataType = field.type as DataType;
  if (DataType.isDictionary(type)) {
    const value = { name, nullable, ...described(type.dictionary as DataType, false, depth) };
    const index = type.indices as DataType;
    if (!DataType.isInt(index)) throw new Error('a dictionary has indexes that are not whole numbers');
    const bits = index.bitWidth;
    const layout = { kind: 'dictionary', bits, signed: index.isSigned, id: String(type.id), value } as const;
    return { name, nullable, type: value.type, layout, children: [] };
  }
  return { name, nullable, ...described(type, field.metadata.get('ARROW:extension:name') === 'arrow.uuid', depth) };
}

type Described = Pick<ArrowField, 'type' | 'layout' | 'children'>;

const plain = (type: ColumnType, layout: ArrowLayout): Described => ({ type, layout, children: [] });
const fixed = (type: ColumnType, bytes: number): Described => plain(type, { kind: 'fixed', bytes });

function described(type: DataType, uuid: boolean, depth: number): Described {
  const found = numeric(type) ?? textual(type, uuid) ?? temporal(type) ?? nested(type, depth);
  if (found === null) throw new Error(`${Type[type.typeId] ?? 'its type'} has no text`);
  return found;
}

function numeric(type: DataType): Described | null {
  if (DataType.isNull(type)) return plain({ kind: 'null' }, { kind: 'null' });
  if (DataType.isBool(type)) return plain({ kind: 'bool' }, { kind: 'bits' });
  if (DataType.isInt(type)) {
    const bits = type.bitWidth;
    return fixed({ kind: 'int', bits, signed: type.isSigned }, bits / 8);
  }
  if (DataType.isFloat(type)) {
    const bits = ([16, 32, 64] as const)[type.precision as 0 | 1 | 2];
    return fixed({ kind: 'float', bits }, bits / 8);
  }
  if (DataType.isDecimal(type)) return fixed(decimalType(type.precision, type.scale), type.bitWidth / 8);
  return null;
}

function textual(type: DataType, uuid: boolean): Described | null {
  if (DataType.isUtf8(type)) return plain({ kind: 'utf8' }, { kind: 'bytes', wide: false });
  if (DataType.isLargeUtf8(type)) return plain({ kind: 'utf8' }, { kind: 'bytes', wide: true });
  if (DataType.isUtf8View(type)) return plain({ kind: 'utf8' }, { kind: 'views' });
  if (DataType.isBinary(type)) return plain({ kind: 'binary' }, { kind: 'bytes', wide: false });
  if (DataType.isLargeBinary(type)) return plain({ kind: 'binary' }, { kind: 'bytes', wide: true });
  if (DataType.isBinaryView(type)) return plain({ kind: 'binary' }, { kind: 'views' });
  if (!DataType.isFixedSizeBinary(type)) return null;
  if (uuid && type.byteWidth === 16) return fixed({ kind: 'uuid' }, 16);
  return fixed({ kind: 'binary', width: type.byteWidth }, type.byteWidth);
}

function temporal(type: DataType): Described | null {
  if (DataType.isDate(type)) {
    const unit = (type.unit as number) === 0 ? 'day' : 'ms';
    return fixed({ kind: 'date', unit }, unit === 'day' ? 4 : 8);
  }
  if (DataType.isTime(type)) return fixed({ kind: 'time', unit: timeUnit(type.unit) }, type.bitWidth / 8);
  if (DataType.isTimestamp(type)) {
    return fixed({ kind: 'timestamp', unit: timeUnit(type.unit), utc: Boolean(type.timezone) }, 8);
  }
  if (DataType.isDuration(type)) return fixed({ kind: 'duration', unit: timeUnit(type.unit) }, 8);
  if (DataType.isInterval(type)) return plain({ kind: 'interval' }, intervalLayout(type.unit));
  return null;
}

function nested(type: DataType, depth: number): Described | null {
  const children = (type.children ?? []).map((child) => () => arrowField(child, depth + 1));
  if (DataType.isStruct(type)) return structOf(children.map((child) => child()));
  const child = children[0]?.();
  if (child === undefined) return null;
  if (DataType.isList(type)) return listOf(child, { kind: 'list', wide: false });
  if (DataType.isLargeList(type)) return listOf(child, { kind: 'list', wide: true });
  if (DataType.isFixedSizeList(type)) return listOf(child, { kind: 'fixedList', width: type.listSize });
  if (DataType.isMap(type)) return mapOf(child);
  return null;
}

/** A struct of these fields. */
export function structOf(children: readonly ArrowField[]): Described {
  const fields = children.map(({ name, type, nullable }) => ({ name, type, nullable }));
  return { type: { kind: 'struct', fields }, layout: { kind: 'struct' }, children };
}

/** A list of this item in one of the list layouts. */
export function listOf(item: ArrowField, layout: ArrowLayout): Described {
  const width = layout.kind === 'fixedList' ? { width: layout.width } : {};
  if (layout.kind === 'fixedList' && layout.width < 0) throw new Error('a list has a width below 0');
  return { type: { kind: 'list', item: item.type, ...width }, layout, children: [item] };
}

/** A map whose entries are a struct of key and value. */
export function mapOf(entries: ArrowField): Described {
  const [key, value] = entries.children;
  if (entries.layout.kind !== 'struct' || key === undefined || value === undefined) {
    throw new Error('a map lacks its keys or values');
  }
  return {
    type: { kind: 'map', key: key.type, value: value.type },
    layout: { kind: 'map', wide: false },
    children: [entries],
  };
}
