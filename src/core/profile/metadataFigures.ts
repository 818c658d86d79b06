import type { ColumnFacts, FileDescription } from '../model/fileDescription.ts';
import type { Column, ColumnType } from '../model/columnType.ts';
import type { Dataset, DatasetFormat } from '../model/dataset.ts';
import { estimated, exactly, unknownFigure, type Figure } from '../model/figure.ts';
import { arrowFigure, type ColumnFigures } from './columnFigures.ts';
import { differenceOf, rising } from './figures.ts';
import { mergedFacts } from './mergedFacts.ts';
import { isText, textLengths } from './typeSizes.ts';

/** What the files say of themselves, before any row is read. */
export interface MetadataFigures {
  readonly rows: Figure;
  /** In the order of the dataset's columns. */
  readonly columns: readonly ColumnFigures[];
}

const exactOrUnknown = (value: number | null): Figure => (value === null ? unknownFigure() : exactly(value));

/** Text inside an encoded column. Plain Parquet pages hold it with 4 bytes a value; a dictionary hides how often values repeat, a delta what they share. */
function textOfEncoded(format: DatasetFormat, { encodedBytes, dictionary }: ColumnFacts, values: Figure): Figure {
  if (encodedBytes === null || values.known === 'unknown') return unknownFigure();
  const plain = Math.max(0, encodedBytes - 4 * values.value);
  if (dictionary) {
    const least = format === 'parquet' ? Math.max(0, encodedBytes - 8 * values.high) : 0;
    return estimated(encodedBytes + 12 * values.value, least, 40 * encodedBytes + 64 * values.high);
  }
  if (format === 'arrow') return estimated(plain, Math.max(0, encodedBytes - 17 * values.high), encodedBytes);
  return estimated(plain, 0.9 * plain, 3 * encodedBytes);
}

function textOf(format: DatasetFormat, type: ColumnType, facts: ColumnFacts, values: Figure): Figure {
  if (isText(type) && facts.textBytes !== null) return exactly(facts.textBytes);
  const lengths = textLengths(type);
  if (lengths !== null) {
    const [least, usual, most] = lengths;
    if (least === most) return rising((n) => n * least, values);
    if (values.known === 'unknown') return values;
    return estimated(values.value * usual, values.low * least, values.high * most);
  }
  const encoded = textOfEncoded(format, facts, values);
  if (isText(type) || encoded.known === 'unknown') return encoded;
  // Binary is rendered as base64, nested values as JSON with the names of their fields.
  return estimated(2 * encoded.value, encoded.low / 2, 8 * encoded.high);
}

function arrowOf(
  format: DatasetFormat,
  type: ColumnType,
  facts: ColumnFacts,
  figures: { rows: Figure; nulls: Figure; text: Figure },
): Figure {
  const { rows, nulls, text } = figures;
  const { encodedBytes, dictionary, textBytes } = facts;
  if (format === 'arrow' && encodedBytes !== null) return exactly(encodedBytes);
  const known = format === 'arrow' && dictionary ? null : arrowFigure(type, rows, nulls, text);
  if (known !== null) return known;
  if (type.kind === 'binary' && textBytes !== null)
    return arrowFigure({ kind: 'utf8' }, rows, nulls, exactly(textBytes)) ?? unknownFigure();
  if (encodedBytes === null || rows.known === 'unknown') return unknownFigure();
  const most = (dictionary ? 40 : 4) * encodedBytes + 64 * rows.high;
  return estimated(encodedBytes + 5 * rows.value, encodedBytes / 2, most);
}

/** JSON escapes few characters of most texts, and none of numbers and dates. */
function renderedOf(type: ColumnType, text: Figure): Figure {
  if (textLengths(type) !== null || text.known === 'unknown') return text;
  return estimated(1.03 * text.value, text.low, 1.5 * text.high);
}

/** A character takes one byte in Python, or two or four where UTF-8 has one to four. */
function pythonOf(type: ColumnType, text: Figure, values: Figure): Figure {
  if (textLengths(type) !== null || text.known === 'unknown') return text;
  if (values.known === 'unknown') return values;
  return estimated(1.1 * text.value, 0.65 * text.low, 4 * text.high + 27 * values.high);
}

function figuresOf(format: DatasetFormat, { type }: Column, rows: Figure, facts: ColumnFacts): ColumnFigures {
  const nulls = exactOrUnknown(facts.nulls);
  const mayBe = nulls.known === 'unknown' && rows.known !== 'unknown' ? estimated(0, 0, rows.high) : nulls;
  const values = differenceOf(rows, mayBe);
  const text = textOf(format, type, facts, values);
  return {
    disk: exactOrUnknown(facts.diskBytes),
    nulls,
    text,
    arrow: arrowOf(format, type, facts, { rows, nulls: mayBe, text }),
    rendered: renderedOf(type, text),
    tokens: text.known === 'unknown' ? text : estimated(text.value / 4, text.low / 16, text.high),
    python: pythonOf(type, text, values),
    shapes: null,
    sizes: null,
    histogram: null,
  };
}

/** Figures from metadata alone: exact where it is, else an estimate with an interval as wide as it deserves, else unknown. */
export function metadataFigures(dataset: Dataset, descriptions: readonly FileDescription[]): MetadataFigures {
  const counts = descriptions.map(({ rows }) => exactOrUnknown(rows));
  const rows = rising((...all) => all.reduce((sum, one) => sum + one, 0), ...counts);
  return {
    rows,
    columns: dataset.columns.map((column) =>
      figuresOf(dataset.format, column, rows, mergedFacts(dataset, descriptions, column.name)),
    ),
  };
}
