import type { Kernel } from '../../../kernel/kernel.ts';
import type { TextColumn } from '../../../kernel/textColumn.ts';
import type { ColumnType, TimeUnit } from '../../model/columnType.ts';
import { floatText } from './floatText.ts';
import { withTexts } from './withTexts.ts';

const FRACTION: Record<TimeUnit, number> = { s: 0, ms: 3, us: 6, ns: 9 };
/** Digits of the largest number of 4, 8, 16 and 32 bytes. */
const DECIMAL_DIGITS: Record<number, number> = { 4: 10, 8: 20, 16: 39, 32: 78 };

/**
 * Fixed-width values in Arrow's layout at kernel address `data` as text (`docs/values.md`); areas come from the kernel, the caller marks and releases.
 * bool: a bitmap; int and float: their bits; decimal: 16 bytes (precision up to 38) or 32, little-endian; date: int32 days or int64 ms;
 * time: int32 for s and ms, int64 for us and ns; timestamp, duration: int64; interval: int32 months, int32 days, int64 nanoseconds; binary with a width; uuid: 16 bytes.
 * Throws a plain Error for a type that is not of fixed width.
 */
export function primitiveText(
  kernel: Kernel,
  type: ColumnType,
  rows: number,
  data: number,
  validity: number,
  nulls: number,
): TextColumn {
  const write = (most: number, text: (offsets: number, out: number) => number): TextColumn =>
    withTexts(kernel, rows, rows * most, validity, nulls, text);
  switch (type.kind) {
    case 'null':
      return nullText(kernel, rows);
    case 'bool':
      return write(5, (offsets, out) => kernel.boolText(data, rows, validity, offsets, out));
    case 'int':
      return write(20, (offsets, out) => kernel.intText(data, type.bits, type.signed, rows, validity, offsets, out));
    case 'float':
      return floatText(kernel, type.bits, rows, data, validity, nulls);
    case 'decimal':
      return decimalText(kernel, type.precision <= 38 ? 16 : 32, type.scale, rows, data, validity, nulls);
    case 'binary':
      return fixedBinaryText(kernel, type.width ?? 0, rows, data, validity, nulls);
    case 'uuid':
      return write(36, (offsets, out) => kernel.uuidText(data, rows, validity, offsets, out));
    case 'interval':
      return intervalText(kernel, 'monthDayNano', rows, data, validity, nulls);
    case 'date':
    case 'time':
    case 'timestamp':
    case 'duration':
      return temporalText(kernel, type, rows, data, validity, nulls);
    default:
      throw new Error(`${type.kind} is not a type of fixed width`);
  }
}

type Temporal = Extract<ColumnType, { kind: 'date' | 'time' | 'timestamp' | 'duration' }>;

function temporalText(
  kernel: Kernel,
  type: Temporal,
  rows: number,
  data: number,
  validity: number,
  nulls: number,
): TextColumn {
  const write = (most: number, text: (offsets: number, out: number) => number): TextColumn =>
    withTexts(kernel, rows, rows * most, validity, nulls, text);
  switch (type.kind) {
    case 'date':
      return write(20, (offsets, out) => kernel.dateText(data, type.unit === 'ms', rows, validity, offsets, out));
    case 'time': {
      const bits = type.unit === 's' || type.unit === 'ms' ? 32 : 64;
      return write(40, (offsets, out) =>
        kernel.timeText(data, bits, FRACTION[type.unit], rows, validity, offsets, out),
      );
    }
    case 'timestamp':
      return write(48, (offsets, out) =>
        kernel.timestampText(data, FRACTION[type.unit], type.utc, rows, validity, offsets, out),
      );
    case 'duration':
      return write(48, (offsets, out) => kernel.durationText(data, FRACTION[type.unit], rows, validity, offsets, out));
  }
}

/** Decimals of 4, 8, 16 or 32 bytes, little-endian two's complement, with all digits of their scale (-76 to 76). */
export function decimalText(
  kernel: Kernel,
  widthBytes: number,
  scale: number,
  rows: number,
  data: number,
  validity: number,
  nulls: number,
): TextColumn {
  const most = (DECIMAL_DIGITS[widthBytes] ?? 78) + Math.abs(scale) + 3;
  return withTexts(kernel, rows, rows * most, validity, nulls, (offsets, out) =>
    kernel.decimalText(data, widthBytes, scale, rows, validity, offsets, out),
  );
}

/** How intervals lie: Arrow's three units, or Parquet's 12 bytes (uint32 months, days, milliseconds). */
export type IntervalForm = 'months' | 'dayTime' | 'monthDayNano' | 'parquet';

const INTERVAL_FORMS: Record<IntervalForm, number> = { months: 0, dayTime: 1, monthDayNano: 2, parquet: 3 };

/** Intervals as text, `P1M2DT3.500S`: parts that are 0 are left out, each part has its own sign, seconds the digits of the form's unit. */
export function intervalText(
  kernel: Kernel,
  form: IntervalForm,
  rows: number,
  data: number,
  validity: number,
  nulls: number,
): TextColumn {
  return withTexts(kernel, rows, rows * 80, validity, nulls, (offsets, out) =>
    kernel.intervalText(data, INTERVAL_FORMS[form], rows, validity, offsets, out),
  );
}

/** Binary values (int32 offsets at `offsets`, checked by the caller: rising, within the values) as base64 with padding. */
export function binaryText(
  kernel: Kernel,
  rows: number,
  offsets: number,
  values: number,
  validity: number,
  nulls: number,
): TextColumn {
  const ends = kernel.ints(offsets, rows + 1);
  const bytes = (ends[rows] ?? 0) - (ends[0] ?? 0);
  const most = Math.ceil(bytes / 3) * 4 + rows * 4;
  return withTexts(kernel, rows, most, validity, nulls, (to, out) =>
    kernel.base64Text(offsets, values, rows, validity, to, out),
  );
}

function fixedBinaryText(
  kernel: Kernel,
  width: number,
  rows: number,
  data: number,
  validity: number,
  nulls: number,
): TextColumn {
  const offsets = kernel.reserve((rows + 1) * 4);
  kernel.ints(offsets, rows + 1).forEach((_, row, all) => (all[row] = row * width));
  return binaryText(kernel, rows, offsets, data, validity, nulls);
}

/** A column of nulls. */
export function nullText(kernel: Kernel, rows: number): TextColumn {
  const offsets = kernel.reserve((rows + 1) * 4);
  kernel.bytes(offsets, (rows + 1) * 4).fill(0);
  if (rows === 0) return { offsets, values: offsets, validity: 0, nulls: 0 };
  const validity = kernel.reserve(Math.ceil(rows / 8));
  kernel.bytes(validity, Math.ceil(rows / 8)).fill(0);
  return { offsets, values: offsets, validity, nulls: rows };
}
