import type { ColumnType } from '../model/columnType.ts';
import { estimated, exactly, sumFigures, type Figure } from '../model/figure.ts';
import type { TextShapes } from './columnSums.ts';
import { rising } from './figures.ts';
import type { SizeHistogram } from './sizeHistogram.ts';
import { arrowWidth, isText } from './typeSizes.ts';

/** Bytes of a column's texts, value by value, nulls left out; or of rows. */
export interface TextSizes {
  readonly p50: Figure;
  readonly p90: Figure;
  readonly p99: Figure;
  readonly max: Figure;
}

/** What is known of one column, whichever way it was learnt. Sizes in bytes. */
export interface ColumnFigures {
  readonly disk: Figure;
  readonly nulls: Figure;
  /** UTF-8 of all its values' texts. */
  readonly text: Figure;
  readonly arrow: Figure;
  /** Its texts escaped for JSON. */
  readonly rendered: Figure;
  /** Of its texts in o200k_base. */
  readonly tokens: Figure;
  /** What the characters of its texts take in Python, beyond an empty str each. */
  readonly python: Figure;
  /** What its texts look like, as far as they were counted; null where nothing was read. */
  readonly shapes: TextShapes | null;
  /** Null where the type bounds the texts, or nothing was read. */
  readonly sizes: TextSizes | null;
  /** The same, for drawing; null where `sizes` is. */
  readonly histogram: SizeHistogram | null;
}

/** The bitmap of a column: a bit a row where there are nulls. */
function validityBytes(rows: Figure, nulls: Figure): Figure {
  const bitmap = rising((n) => Math.ceil(n / 8), rows);
  if (nulls.known === 'exact') return nulls.value > 0 ? bitmap : exactly(0);
  if (nulls.known === 'estimate' && nulls.low > 0) return bitmap;
  return bitmap.known === 'unknown' ? bitmap : estimated(nulls.value > 0 ? bitmap.value : 0, 0, bitmap.high);
}

/** Arrow's bytes of a column as one unpadded piece; null where only reading (or the file's own buffers) tells. */
export function arrowFigure(type: ColumnType, rows: Figure, nulls: Figure, text: Figure): Figure | null {
  if (type.kind === 'null') return exactly(0);
  const width = arrowWidth(type);
  if (width !== null) return sumFigures([rising((n) => Math.ceil(width * n), rows), validityBytes(rows, nulls)]);
  if (!isText(type)) return null;
  return sumFigures([text, rising((n) => 4 * (n + 1), rows), validityBytes(rows, nulls)]);
}
