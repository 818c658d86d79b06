import { Bool } from 'apache-arrow/fb/bool';
import { Date as DateType } from 'apache-arrow/fb/date';
import { Decimal } from 'apache-arrow/fb/decimal';
import { Duration } from 'apache-arrow/fb/duration';
import type { Field } from 'apache-arrow/fb/field';
import { FixedSizeBinary } from 'apache-arrow/fb/fixed-size-binary';
import { FixedSizeList } from 'apache-arrow/fb/fixed-size-list';
import { FloatingPoint } from 'apache-arrow/fb/floating-point';
import { Int } from 'apache-arrow/fb/int';
import { Interval } from 'apache-arrow/fb/interval';
import type { Schema } from 'apache-arrow/fb/schema';
import { Time } from 'apache-arrow/fb/time';
import { Timestamp } from 'apache-arrow/fb/timestamp';
import { Type } from 'apache-arrow/fb/type';
import { Union } from 'apache-arrow/fb/union';
import type { ArrowField } from '../values/arrowArray.ts';
import { decimalType, intervalLayout, listOf, mapOf, structOf, timeUnit } from '../values/arrowColumnType.ts';

const MAX_DEPTH = 64;
const MAX_FIELDS = 100_000;

/** How much a schema may still hold: parts of a hostile one may be shared and so multiply. */
interface Budget {
  fields: number;
}

type Described = Pick<ArrowField, 'type' | 'layout' | 'children'>;

/** The columns of a schema message. A plain Error for a broken schema, big-endian data, or a type that is not known, by name; a union is refused when it is read. */
export function schemaFields(schema: Schema): ArrowField[] {
  if ((schema.endianness() as number) !== 0) throw new Error('its numbers are big-endian, which is not read');
  const budget: Budget = { fields: MAX_FIELDS };
  const fields: ArrowField[] = [];
  for (let index = 0; index < checked(schema.fieldsLength(), budget); index++) {
    fields.push(columnOf(schema.fields(index), budget));
  }
  return fields;
}

function columnOf(field: Field | null, budget: Budget): ArrowField {
  try {
    return fieldOf(field, budget, 0);
  } catch (error) {
    const name = field?.name();
    throw error instanceof Error && name ? new Error(`column "${name}": ${error.message}`, { cause: error }) : error;
  }
}

function checked(count: number, budget: Budget): number {
  if (!(count >= 0 && count <= budget.fields)) throw new Error('its schema is broken');
  return count;
}

function fieldOf(field: Field | null, budget: Budget, depth: number): ArrowField {
  if (field === null || --budget.fields < 0) throw new Error('its schema is broken');
  if (depth > MAX_DEPTH) throw new Error('its type is nested too deeply');
  const children: ArrowField[] = [];
  for (let index = 0; index < checked(field.childrenLength(), budget); index++) {
    children.push(fieldOf(field.children(index), budget, depth + 1));
  }
  const name = field.name() ?? '';
  const nullable = field.nullable();
  const described = describedType(field, children);
  const dictionary = field.dictionary();
  if (dictionary === null) return { name, nullable, ...described };
  const index = dictionary.indexType();
  const { bits, signed } = index === null ? { bits: 32 as const, signed: true } : intOf(index);
  const value: ArrowField = { name, nullable: true, ...described };
  const layout = { kind: 'dictionary', bits, signed, id: String(dictionary.id()), value } as const;
  return { name, nullable, type: described.type, layout, children: [] };
}

const plain = (type: ArrowField['type'], layout: ArrowField['layout']): Described => ({ type, layout, children: [] });
const fixed = (type: ArrowField['type'], bytes: number): Described => plain(type, { kind: 'fixed', bytes });

/** A part of a type's description that every type of this kind has. */
function part<T>(value: T | null): T {
  if (value === null) throw new Error('its schema is broken');
  return value;
}

function intOf(int: Int): { bits: 8 | 16 | 32 | 64; signed: boolean } {
  const bits = int.bitWidth();
  if (bits !== 8 && bits !== 16 && bits !== 32 && bits !== 64) throw new Error(`integers of ${bits} bits are not read`);
  return { bits, signed: int.isSigned() };
}

function describedType(field: Field, children: readonly ArrowField[]): Described {
  const kind = field.typeType();
  const found = numeric(field, kind) ?? textual(field, kind) ?? temporal(field, kind) ?? nested(field, kind, children);
  if (found !== null) return found;
  if (kind !== Type.Union) throw new Error(`Arrow type ${kind} is not read`);
  const isDense = (part(field.type(new Union()) as Union | null).mode() as number) === 1;
  const layout = { kind: 'unread', buffers: isDense ? 2 : 1, why: 'a union has no text and is not read' } as const;
  return { type: { kind: 'binary' }, layout, children };
}

function numeric(field: Field, kind: Type): Described | null {
  switch (kind) {
    case Type.Null:
      return plain({ kind: 'null' }, { kind: 'null' });
    case Type.Bool:
      part(field.type(new Bool()) as Bool | null);
      return plain({ kind: 'bool' }, { kind: 'bits' });
    case Type.Int: {
      const { bits, signed } = intOf(part(field.type(new Int()) as Int | null));
      return fixed({ kind: 'int', bits, signed }, bits / 8);
    }
    case Type.FloatingPoint: {
      const precision = part(field.type(new FloatingPoint()) as FloatingPoint | null).precision() as number;
      const bits = ([16, 32, 64] as const)[precision];
      if (bits === undefined) throw new Error('its schema is broken');
      return fixed({ kind: 'float', bits }, bits / 8);
    }
    case Type.Decimal: {
      const decimal = part(field.type(new Decimal()) as Decimal | null);
      const bits = decimal.bitWidth();
      if (![32, 64, 128, 256].includes(bits)) throw new Error(`decimals of ${bits} bits are not read`);
      return fixed(decimalType(decimal.precision(), decimal.scale()), bits / 8);
    }
    default:
      return null;
  }
}

function textual(field: Field, kind: Type): Described | null {
  switch (kind) {
    case Type.Utf8:
      return plain({ kind: 'utf8' }, { kind: 'bytes', wide: false });
    case Type.LargeUtf8:
      return plain({ kind: 'utf8' }, { kind: 'bytes', wide: true });
    case Type.Utf8View:
      return plain({ kind: 'utf8' }, { kind: 'views' });
    case Type.Binary:
      return plain({ kind: 'binary' }, { kind: 'bytes', wide: false });
    case Type.LargeBinary:
      return plain({ kind: 'binary' }, { kind: 'bytes', wide: true });
    case Type.BinaryView:
      return plain({ kind: 'binary' }, { kind: 'views' });
    case Type.FixedSizeBinary: {
      const width = part(field.type(new FixedSizeBinary()) as FixedSizeBinary | null).byteWidth();
      if (width < 0) throw new Error('its schema is broken');
      return fixed(width === 16 && isUuid(field) ? { kind: 'uuid' } : { kind: 'binary', width }, width);
    }
    default:
      return null;
  }
}

/** Arrow's canonical extension for UUIDs (arrow.apache.org/docs/format/CanonicalExtensions.html). */
function isUuid(field: Field): boolean {
  for (let index = 0; index < Math.min(field.customMetadataLength(), 1000); index++) {
    const pair = field.customMetadata(index);
    if (pair?.key() === 'ARROW:extension:name' && pair.value() === 'arrow.uuid') return true;
  }
  return false;
}

function temporal(field: Field, kind: Type): Described | null {
  switch (kind) {
    case Type.Date: {
      const days = (part(field.type(new DateType()) as DateType | null).unit() as number) === 0;
      return fixed({ kind: 'date', unit: days ? 'day' : 'ms' }, days ? 4 : 8);
    }
    case Type.Time: {
      const time = part(field.type(new Time()) as Time | null);
      const unit = timeUnit(time.unit());
      if (time.bitWidth() !== (unit === 's' || unit === 'ms' ? 32 : 64)) throw new Error('its schema is broken');
      return fixed({ kind: 'time', unit }, time.bitWidth() / 8);
    }
    case Type.Timestamp: {
      const timestamp = part(field.type(new Timestamp()) as Timestamp | null);
      return fixed({ kind: 'timestamp', unit: timeUnit(timestamp.unit()), utc: Boolean(timestamp.timezone()) }, 8);
    }
    case Type.Duration:
      return fixed({ kind: 'duration', unit: timeUnit(part(field.type(new Duration()) as Duration | null).unit()) }, 8);
    case Type.Interval:
      return plain({ kind: 'interval' }, intervalLayout(part(field.type(new Interval()) as Interval | null).unit()));
    default:
      return null;
  }
}

function nested(field: Field, kind: Type, children: readonly ArrowField[]): Described | null {
  if (kind === Type.Struct_) return structOf(children);
  const child = children[0] ?? null;
  switch (kind) {
    case Type.List:
      return listOf(part(child), { kind: 'list', wide: false });
    case Type.LargeList:
      return listOf(part(child), { kind: 'list', wide: true });
    case Type.ListView:
      return listOf(part(child), { kind: 'listView', wide: false });
    case Type.LargeListView:
      return listOf(part(child), { kind: 'listView', wide: true });
    case Type.FixedSizeList: {
      const width = part(field.type(new FixedSizeList()) as FixedSizeList | null).listSize();
      return listOf(part(child), { kind: 'fixedList', width });
    }
    case Type.Map:
      return mapOf(part(child));
    case Type.RunEndEncoded: {
      const values = part(children[1] ?? null);
      return { type: values.type, layout: { kind: 'runEnds' }, children };
    }
    default:
      return null;
  }
}
