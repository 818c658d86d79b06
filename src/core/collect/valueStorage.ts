import type { SchemaElement } from 'hyparquet';
import { unconvertDecimal, unconvertFloat16 } from 'hyparquet-writer/src/unconvert.js';
import type { ColumnType, TimeUnit } from '../model/columnType.ts';
import type { PageBuilder } from './pageBuilder.ts';
import {
  parseBase64,
  parseDate,
  parseDecimal,
  parseFloating,
  parseInteger,
  parseTime,
  parseTimestamp,
  parseUuid,
} from './valueTexts.ts';

/** How a column of the dataset is stored in a result: its Parquet type, and its values from their text. */
export interface ValueStorage {
  readonly element: Omit<SchemaElement, 'name' | 'repetition_type'>;
  /** Adds the value that a text stands for; false, with nothing added, when it is no value of the type. */
  readonly add: (into: PageBuilder, text: Uint8Array) => boolean;
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Text as it stands. */
export const TEXT_STORAGE: ValueStorage = {
  element: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
  add: (into, text) => {
    into.bytes(text);
    return true;
  },
};

function stored<T>(
  element: ValueStorage['element'],
  parse: (text: string) => T | null,
  add: (into: PageBuilder, value: T) => void,
): ValueStorage {
  return {
    element,
    add: (into, text) => {
      const value = parse(decoder.decode(text));
      if (value === null) return false;
      add(into, value);
      return true;
    },
  };
}

function between(value: bigint | null, low: bigint, high: bigint): bigint | null {
  return value !== null && value >= low && value <= high ? value : null;
}

function integer(bits: 8 | 16 | 32 | 64, signed: boolean): ValueStorage {
  const span = 1n << BigInt(bits);
  const [low, high] = signed ? [-span / 2n, span / 2n - 1n] : [0n, span - 1n];
  // Without logical_type: hyparquet-writer 0.17 spells its bit width as an i32 where the format has an i8.
  const converted_type = `${signed ? 'INT' : 'UINT'}_${bits}` as const;
  const parse = (text: string): bigint | null => between(parseInteger(text), low, high);
  return bits === 64
    ? stored({ type: 'INT64', converted_type }, parse, (into, value) => into.int64(value))
    : stored({ type: 'INT32', converted_type }, parse, (into, value) => into.int32(Number(value)));
}

function floating(bits: 16 | 32 | 64): ValueStorage {
  if (bits === 64) return stored({ type: 'DOUBLE' }, parseFloating, (into, value) => into.double(value));
  if (bits === 32) return stored({ type: 'FLOAT' }, parseFloating, (into, value) => into.float(value));
  const element = { type: 'FIXED_LEN_BYTE_ARRAY', type_length: 2, logical_type: { type: 'FLOAT16' } } as const;
  return stored(
    element,
    (text) => {
      const value = parseFloating(text);
      return value === null ? null : (unconvertFloat16(value) ?? null);
    },
    (into, bytes) => into.fixed(bytes),
  );
}

/** Decimals of up to 38 digits, which every reader takes; wider ones stay text. */
function decimal(precision: number, scale: number): ValueStorage {
  if (!(precision >= 1 && precision <= 38 && scale >= 0 && scale <= precision)) return TEXT_STORAGE;
  const most = 10n ** BigInt(precision) - 1n;
  const parse = (text: string): bigint | null => between(parseDecimal(text, scale), -most, most);
  const logical_type = { type: 'DECIMAL', precision, scale } as const;
  const shared = { converted_type: 'DECIMAL', precision, scale, logical_type } as const;
  if (precision <= 9) return stored({ ...shared, type: 'INT32' }, parse, (into, value) => into.int32(Number(value)));
  if (precision <= 18) return stored({ ...shared, type: 'INT64' }, parse, (into, value) => into.int64(value));
  const element = { ...shared, type: 'FIXED_LEN_BYTE_ARRAY', type_length: 16 } as const;
  const fixed = { name: '', type: element.type, type_length: element.type_length };
  return stored(
    element,
    (text) => {
      const bytes = (value: bigint) => unconvertDecimal(fixed, value);
      const value = parse(text);
      const packed = value === null ? null : bytes(value);
      return packed instanceof Uint8Array ? packed : null;
    },
    (into, value) => into.fixed(value),
  );
}

const UNITS = { s: 'MILLIS', ms: 'MILLIS', us: 'MICROS', ns: 'NANOS' } as const satisfies Record<TimeUnit, string>;
const INT64_LOW = -(2n ** 63n);
const INT64_HIGH = 2n ** 63n - 1n;

/** Parquet has no whole seconds: they become milliseconds. */
function parquetUnit(unit: TimeUnit): TimeUnit {
  return unit === 's' ? 'ms' : unit;
}

function timestamp(unit: TimeUnit, utc: boolean): ValueStorage {
  const parse = (text: string): bigint | null => {
    return between(parseTimestamp(text, parquetUnit(unit)), INT64_LOW, INT64_HIGH);
  };
  const logical_type = { type: 'TIMESTAMP', isAdjustedToUTC: utc, unit: UNITS[unit] } as const;
  return stored({ type: 'INT64', logical_type }, parse, (into, value) => into.int64(value));
}

function time(unit: TimeUnit): ValueStorage {
  const parse = (text: string): bigint | null => parseTime(text, parquetUnit(unit));
  const logical_type = { type: 'TIME', isAdjustedToUTC: false, unit: UNITS[unit] } as const;
  return UNITS[unit] === 'MILLIS'
    ? stored({ type: 'INT32', logical_type }, parse, (into, value) => into.int32(Number(value)))
    : stored({ type: 'INT64', logical_type }, parse, (into, value) => into.int64(value));
}

const BOOL = stored(
  { type: 'BOOLEAN' },
  (text) => (text === 'true' ? true : text === 'false' ? false : null),
  (into, value) => into.bool(value),
);

const DATE = stored(
  { type: 'INT32', converted_type: 'DATE', logical_type: { type: 'DATE' } },
  (text) => {
    const days = parseDate(text);
    return days !== null && days === (days | 0) ? days : null;
  },
  (into, days) => into.int32(days),
);

const BINARY = stored({ type: 'BYTE_ARRAY' }, parseBase64, (into, value) => into.bytes(value));

const UUID = stored(
  { type: 'FIXED_LEN_BYTE_ARRAY', type_length: 16, logical_type: { type: 'UUID' } },
  parseUuid,
  (into, value) => into.fixed(value),
);

/** The storage of a dataset's column: its own type where Parquet has it, else the text of its values. */
export function valueStorage(type: ColumnType): ValueStorage {
  switch (type.kind) {
    case 'bool':
      return BOOL;
    case 'int':
      return integer(type.bits, type.signed);
    case 'float':
      return floating(type.bits);
    case 'decimal':
      return decimal(type.precision, type.scale);
    case 'date':
      return DATE;
    case 'time':
      return time(type.unit);
    case 'timestamp':
      return timestamp(type.unit, type.utc);
    case 'binary':
      return BINARY;
    case 'uuid':
      return UUID;
    default:
      return TEXT_STORAGE;
  }
}
