import type { SchemaElement } from 'hyparquet';
import type { ColumnType, TimeUnit } from '../../model/columnType.ts';

/** How physical values become Arrow's. */
type Conversion = 'none' | 'bits' | 'narrow' | 'widen' | 'reverse' | 'int96';

/** What a leaf column stores and what it means. */
export interface LeafLayout {
  readonly type: ColumnType;
  /** Bytes of a physical value; 0 for byte arrays. */
  readonly width: number;
  /** Bytes of a value in Arrow's layout; 0 for text and binary of any length. */
  readonly arrowWidth: number;
  readonly conversion: Conversion;
}

const UNITS: Readonly<Record<string, TimeUnit>> = { MILLIS: 'ms', MICROS: 'us', NANOS: 'ns' };
const CONVERTED_INTS: Readonly<Record<string, { bits: 8 | 16 | 32 | 64; signed: boolean }>> = {
  INT_8: { bits: 8, signed: true },
  INT_16: { bits: 16, signed: true },
  INT_32: { bits: 32, signed: true },
  INT_64: { bits: 64, signed: true },
  UINT_8: { bits: 8, signed: false },
  UINT_16: { bits: 16, signed: false },
  UINT_32: { bits: 32, signed: false },
  UINT_64: { bits: 64, signed: false },
};
const PHYSICAL_WIDTHS = { BOOLEAN: 1, INT32: 4, INT64: 8, INT96: 12, FLOAT: 4, DOUBLE: 8, BYTE_ARRAY: 0 } as const;
/** Larger fixed values than any writer makes. */
const MAX_FIXED_BYTES = 1 << 24;

function refuse(what: string): never {
  throw new Error(`${what} is not known`);
}

function plain(type: ColumnType, width: number): LeafLayout {
  return { type, width, arrowWidth: width, conversion: 'none' };
}

function decimalType(element: SchemaElement): ColumnType | null {
  const logical = element.logical_type;
  const isLogical = logical?.type === 'DECIMAL';
  if (!isLogical && element.converted_type !== 'DECIMAL') return null;
  const precision = (isLogical ? logical.precision : element.precision) ?? 0;
  const scale = (isLogical ? logical.scale : element.scale) ?? 0;
  if (!(precision >= 1 && precision <= 76 && scale >= 0 && scale <= precision))
    refuse(`decimal(${precision}, ${scale})`);
  return { kind: 'decimal', precision, scale };
}

function decimalLayout(type: ColumnType, element: SchemaElement, width: number): LeafLayout {
  const arrowWidth = type.kind === 'decimal' && type.precision > 38 ? 32 : 16;
  const big = element.type === 'BYTE_ARRAY' || element.type === 'FIXED_LEN_BYTE_ARRAY';
  if (!big && element.type !== 'INT32' && element.type !== 'INT64') refuse(`a decimal stored as ${element.type}`);
  return { type, width, arrowWidth, conversion: big ? 'reverse' : 'widen' };
}

function integerLayout(element: SchemaElement, width: number): LeafLayout {
  const logical = element.logical_type;
  const known =
    logical?.type === 'INTEGER'
      ? { bits: logical.bitWidth, signed: logical.isSigned }
      : (CONVERTED_INTS[element.converted_type ?? ''] ?? { bits: width * 8, signed: true });
  const { bits, signed } = known;
  if (bits !== 8 && bits !== 16 && bits !== 32 && bits !== 64) return refuse(`an integer of ${bits} bits`);
  if (bits > width * 8) return refuse(`an integer of ${bits} bits in ${width} bytes`);
  const arrowWidth = bits / 8;
  return {
    type: { kind: 'int', bits, signed },
    width,
    arrowWidth,
    conversion: arrowWidth === width ? 'none' : 'narrow',
  };
}

function timeType(element: SchemaElement): ColumnType | null {
  const logical = element.logical_type;
  if (logical?.type === 'TIME') return { kind: 'time', unit: UNITS[logical.unit] ?? refuse('its time unit') };
  if (logical?.type === 'TIMESTAMP')
    return { kind: 'timestamp', unit: UNITS[logical.unit] ?? refuse('its time unit'), utc: logical.isAdjustedToUTC };
  if (logical !== undefined) return null;
  // The converted types mean UTC: https://github.com/apache/parquet-format/blob/master/LogicalTypes.md#timestamp
  if (element.converted_type === 'TIME_MILLIS') return { kind: 'time', unit: 'ms' };
  if (element.converted_type === 'TIME_MICROS') return { kind: 'time', unit: 'us' };
  if (element.converted_type === 'TIMESTAMP_MILLIS') return { kind: 'timestamp', unit: 'ms', utc: true };
  if (element.converted_type === 'TIMESTAMP_MICROS') return { kind: 'timestamp', unit: 'us', utc: true };
  return null;
}

function numberLayout(element: SchemaElement, width: number): LeafLayout {
  const decimal = decimalType(element);
  if (decimal !== null) return decimalLayout(decimal, element, width);
  const time = timeType(element);
  if (time !== null) {
    const expected = time.kind === 'time' && time.unit === 'ms' ? 4 : 8;
    return expected === width ? plain(time, width) : refuse(`a ${time.kind} in ${width} bytes`);
  }
  const isDate = element.logical_type?.type === 'DATE' || element.converted_type === 'DATE';
  if (isDate) return width === 4 ? plain({ kind: 'date' }, width) : refuse(`a date in ${width} bytes`);
  return integerLayout(element, width);
}

const TEXT_TYPES: ReadonlySet<string> = new Set(['STRING', 'ENUM', 'JSON', 'UTF8']);

function bytesLayout(element: SchemaElement): LeafLayout {
  const decimal = decimalType(element);
  if (decimal !== null) return decimalLayout(decimal, element, 0);
  const isText = TEXT_TYPES.has(element.logical_type?.type ?? element.converted_type ?? '');
  return plain({ kind: isText ? 'utf8' : 'binary' }, 0);
}

function fixedLayout(element: SchemaElement): LeafLayout {
  const width = element.type_length ?? 0;
  if (!(width >= 0 && width <= MAX_FIXED_BYTES)) return refuse(`a fixed width of ${width} bytes`);
  const decimal = decimalType(element);
  if (decimal !== null) return decimalLayout(decimal, element, width);
  if (element.logical_type?.type === 'UUID' && width === 16) return plain({ kind: 'uuid' }, 16);
  if (element.logical_type?.type === 'FLOAT16' && width === 2) return plain({ kind: 'float', bits: 16 }, 2);
  if (element.converted_type === 'INTERVAL' && width === 12) return plain({ kind: 'interval' }, 12);
  return plain({ kind: 'binary', width }, width);
}

const KNOWN_LOGICAL: ReadonlySet<string> = new Set(
  'STRING ENUM DECIMAL DATE TIME TIMESTAMP INTEGER NULL JSON BSON UUID FLOAT16 GEOMETRY GEOGRAPHY INTERVAL'.split(' '),
);

function nullLayout(element: SchemaElement): LeafLayout {
  const { type, type_length } = element;
  const width = type === 'FIXED_LEN_BYTE_ARRAY' ? (type_length ?? 0) : PHYSICAL_WIDTHS[type ?? 'INT32'];
  return plain({ kind: 'null' }, width);
}

/** How the values of a schema leaf are stored and what they mean; throws a plain Error for what is not known. */
export function leafLayout(element: SchemaElement): LeafLayout {
  const logical = element.logical_type;
  if (logical !== undefined && !KNOWN_LOGICAL.has(logical.type)) refuse('its logical type');
  if (logical?.type === 'NULL') return nullLayout(element);
  switch (element.type) {
    case 'BOOLEAN':
      return { type: { kind: 'bool' }, width: 1, arrowWidth: 0, conversion: 'bits' };
    case 'INT32':
    case 'INT64':
      return numberLayout(element, PHYSICAL_WIDTHS[element.type]);
    case 'INT96':
      return { type: { kind: 'timestamp', unit: 'ns', utc: false }, width: 12, arrowWidth: 8, conversion: 'int96' };
    case 'FLOAT':
      return plain({ kind: 'float', bits: 32 }, 4);
    case 'DOUBLE':
      return plain({ kind: 'float', bits: 64 }, 8);
    case 'BYTE_ARRAY':
      return bytesLayout(element);
    case 'FIXED_LEN_BYTE_ARRAY':
      return fixedLayout(element);
    default:
      return refuse('its physical type');
  }
}
