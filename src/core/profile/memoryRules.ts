import type { ColumnType } from '../model/columnType.ts';
import type { DatasetFormat } from '../model/dataset.ts';
import { estimated, exactly, sumFigures, unknownFigure, type Figure } from '../model/figure.ts';
import type { ColumnFigures } from './columnFigures.ts';
import { differenceOf, rising } from './figures.ts';
import { PYTHON_NONE_BYTES, PYTHON_POINTER_BYTES, PYTHON_STR_BYTES } from './pythonText.ts';

/** What pandas counts for the index of a table that was read from a file (`RangeIndex`). */
export const PANDAS_INDEX_BYTES = 132;

/** Bytes of CPython objects by `sys.getsizeof`, without what a bytes object or an array holds. */
const OBJECT = { date: 32, time: 40, decimal: 104, bytes: 33, array: 112, dict: 184, largeDict: 232, nan: 24 };

interface Weighed {
  readonly type: ColumnType;
  readonly format: DatasetFormat;
  readonly rows: Figure;
  readonly figures: ColumnFigures;
}

const perRow = (rows: Figure, bytes: number): Figure => rising((n) => n * bytes, rows);

/** A column of pointers to Python objects of `bytes` each; a missing value is `None`, or NaN where a text file was parsed. */
function objects({ rows, figures, format }: Weighed, bytes: number): Figure {
  const missing = format === 'csv' || format === 'jsonl' ? OBJECT.nan : PYTHON_NONE_BYTES;
  const values = differenceOf(rows, figures.nulls);
  return sumFigures([
    perRow(rows, PYTHON_POINTER_BYTES),
    perRow(values, bytes),
    rising((nulls) => nulls * missing, figures.nulls),
  ]);
}

const strings = (weighed: Weighed): Figure => sumFigures([objects(weighed, PYTHON_STR_BYTES), weighed.figures.python]);

/** Numpy's width, and 8 bytes of float where integers are missing. */
function numbers({ rows, figures }: Weighed, width: number): Figure {
  const { nulls } = figures;
  if (nulls.known === 'exact') return perRow(rows, nulls.value > 0 ? 8 : width);
  if (nulls.known === 'unknown' || rows.known === 'unknown') return unknownFigure();
  const wide = nulls.low > 0 || nulls.value > 0;
  return estimated(rows.value * (wide ? 8 : width), rows.low * (nulls.low > 0 ? 8 : width), rows.high * 8);
}

/** One byte, or pointers to the two bool objects (24 and 28 bytes) where some are missing. */
function bools(weighed: Weighed): Figure {
  const { rows, figures } = weighed;
  if (figures.nulls.known === 'exact' && figures.nulls.value === 0) return rows;
  const [least, most] = [objects(weighed, 24), objects(weighed, 28)];
  if (least.known === 'unknown') return least;
  const middle = (least.value + most.value) / 2;
  return estimated(middle, figures.nulls.low > 0 ? least.low : rows.low, most.high);
}

function binaries(weighed: Weighed): Figure {
  const { figures, type } = weighed;
  if (type.kind === 'binary' && type.width !== undefined) return objects(weighed, OBJECT.bytes + type.width);
  // Base64 has four characters for each three bytes begun.
  const raw = figures.text.known === 'unknown' ? figures.text : base64Bytes(figures.text, weighed.rows);
  return sumFigures([objects(weighed, OBJECT.bytes), raw]);
}

function base64Bytes(text: Figure, rows: Figure): Figure {
  return estimated(0.75 * text.value - rows.value, Math.max(0, 0.75 * text.low - 2 * rows.high), 0.75 * text.high);
}

function nested(weighed: Weighed): Figure {
  const { type, figures } = weighed;
  const shell = type.kind === 'struct' ? OBJECT.dict : OBJECT.array;
  const least = objects(weighed, shell);
  if (least.known === 'unknown' || figures.arrow.known === 'unknown') return unknownFigure();
  return estimated(least.value + 2 * figures.arrow.value, least.low, 1.3 * least.high + 12 * figures.arrow.high);
}

/** A JSON value's type is not declared: numbers take 8 bytes (unless they were texts of digits), texts those of a str, objects and lists more. */
function jsonValues(weighed: Weighed): Figure {
  const { rows, figures } = weighed;
  const text = strings(weighed);
  const { shapes } = figures;
  if (text.known === 'unknown') return text;
  if (shapes !== null && shapes.texts > 0 && shapes.nested === 0) {
    if (shapes.scalars === 0) return text;
    if (shapes.scalars === shapes.texts) return estimated(8 * rows.value, 8 * rows.low, text.high);
  }
  return estimated(text.value, 8 * rows.low, text.high + 8 * figures.text.high);
}

function cells(weighed: Weighed, guess: (ColumnType & { kind: 'cell' })['guess']): Figure {
  if (guess === 'int' || guess === 'float') {
    const width = perRow(weighed.rows, 8);
    return width.known === 'unknown' ? width : estimated(width.value, width.low, width.high);
  }
  return guess === 'bool' ? bools(weighed) : strings(weighed);
}

/** Columns of Python objects, and those whose values numpy holds. */
function objectColumn(weighed: Weighed): Figure {
  const { type } = weighed;
  switch (type.kind) {
    case 'date':
      return objects(weighed, OBJECT.date);
    case 'time':
      return objects(weighed, OBJECT.time);
    case 'decimal':
      return objects(weighed, OBJECT.decimal);
    case 'uuid':
      return objects(weighed, OBJECT.bytes + 16);
    case 'binary':
      return binaries(weighed);
    case 'utf8':
      return strings(weighed);
    case 'cell':
      return cells(weighed, type.guess);
    case 'json':
      return jsonValues(weighed);
    default:
      return nested(weighed);
  }
}

/** What `DataFrame.memory_usage(deep=True)` gives for a column with numpy types, strings being Python objects (pandas 2, CPython 3.11). */
export function pandasFigure(weighed: Weighed): Figure {
  const { type, rows } = weighed;
  switch (type.kind) {
    case 'null':
      return perRow(rows, PYTHON_POINTER_BYTES + PYTHON_NONE_BYTES);
    case 'bool':
      return bools(weighed);
    case 'int':
      return numbers(weighed, type.bits / 8);
    case 'float':
      return perRow(rows, type.bits / 8);
    case 'timestamp':
    case 'duration':
      return perRow(rows, 8);
    default:
      return type.kind === 'date' && type.unit === 'ms' ? perRow(rows, 8) : objectColumn(weighed);
  }
}

const isTextCell = (type: ColumnType): boolean =>
  type.kind === 'cell' && !['int', 'float', 'bool'].includes(type.guess ?? 'text');

const isPlainText = ({ shapes }: ColumnFigures): boolean =>
  shapes !== null && shapes.texts > 0 && shapes.scalars + shapes.nested === 0;

/** The same with the string type of pandas 3, which holds text as Arrow does, with 8 bytes of offset a row. */
export function pandasArrowFigure(weighed: Weighed): Figure {
  const { type, rows, figures } = weighed;
  const isString = type.kind === 'utf8' || isTextCell(type) || (type.kind === 'json' && isPlainText(figures));
  if (!isString) return pandasFigure(weighed);
  return sumFigures([perRow(rows, 8), figures.text, rising((n) => Math.ceil(n / 8), rows)]);
}

/** Uncompressed bytes of a value in Spark's columnar cache; null where it depends on the value. */
function sparkWidth(type: ColumnType): number | null {
  switch (type.kind) {
    case 'null':
      return 0;
    case 'bool':
      return 1;
    case 'int':
      return type.signed ? type.bits / 8 : Math.min(16, type.bits / 4);
    case 'float':
      return Math.max(4, type.bits / 8);
    case 'date':
      return 4;
    case 'time':
    case 'timestamp':
    case 'duration':
      return 8;
    case 'decimal':
      return type.precision <= 18 ? 8 : 20;
    case 'uuid':
      return 40;
    case 'interval':
      return 16;
    default:
      return null;
  }
}

/**
 * A column of a cached Spark table: each value as its column type writes it (4 bytes of length before text), 4 bytes for the place of a null, batches of
 * 10,000 rows; run lengths, dictionaries and deltas may take it down to little.
 * https://github.com/apache/spark/blob/master/sql/core/src/main/scala/org/apache/spark/sql/execution/columnar/ColumnType.scala
 */
export function sparkFigure({ type, rows, figures }: Weighed): Figure {
  const values = differenceOf(rows, figures.nulls);
  const width = sparkWidth(type);
  const content =
    width !== null
      ? perRow(values, width)
      : sumFigures([perRow(values, 4), type.kind === 'binary' ? figures.arrow : contentOf(type, figures)]);
  const plain = sumFigures([content, rising((nulls) => 4 * nulls, figures.nulls)]);
  if (plain.known === 'unknown') return plain;
  const packed = Math.min(plain.low, 0.05 * plain.low + figures.nulls.low * 4);
  return plain.value === 0 ? exactly(0) : estimated(plain.value, packed, plain.high);
}

/** Text is UTF-8 in Spark too; what is nested lies in rows with 8 bytes a field. */
function contentOf(type: ColumnType, { text, arrow }: ColumnFigures): Figure {
  if (type.kind === 'utf8' || type.kind === 'cell' || type.kind === 'json') return text;
  return arrow.known === 'unknown' ? arrow : estimated(2 * arrow.value, arrow.low, 6 * arrow.high);
}
