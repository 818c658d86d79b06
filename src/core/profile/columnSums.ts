import type { ColumnProfile, CountedSums } from './fragmentProfile.ts';

/** Sums over rows of one column, tokens and Python bytes as far as they were counted. */
export interface ColumnSums {
  readonly values: number;
  readonly nulls: number;
  readonly arrow: number;
  readonly text: number;
  readonly rendered: number;
  readonly max: number;
  /** Values by text size: bucket k of `sizeBuckets`, up to the last that holds any. */
  readonly sizes: Float64Array;
  readonly tokens: Counted;
  readonly python: Counted;
  readonly shapes: TextShapes;
}

/** Of how many counted texts how many spell a number, true or false, and how many look like a JSON object or list. */
export interface TextShapes {
  readonly texts: number;
  readonly scalars: number;
  readonly nested: number;
}

/** A sum that is estimated from counted texts: its variance is 0 where all were counted. */
export interface Counted {
  readonly sum: number;
  readonly variance: number;
}

/** No values. */
export function emptySums(): ColumnSums {
  const none = { sum: 0, variance: 0 };
  const sizes = new Float64Array(0);
  const shapes = { texts: 0, scalars: 0, nested: 0 };
  return { values: 0, nulls: 0, arrow: 0, text: 0, rendered: 0, max: 0, sizes, tokens: none, python: none, shapes };
}

/** Total of what was counted, by its ratio to the bytes of the text. */
function countedTotal(
  { texts, bytes, bb }: CountedSums,
  own: { readonly sum: number; readonly withBytes: number; readonly squares: number },
  text: number,
  values: number,
): Counted {
  if (texts === values && bytes === text) return { sum: own.sum, variance: 0 };
  if (bytes === 0) return { sum: text / 4, variance: (text / 4) ** 2 };
  const ratio = own.sum / bytes;
  const residuals = Math.max(0, own.squares - 2 * ratio * own.withBytes + ratio ** 2 * bb);
  const scatter = texts > 1 ? residuals / (texts - 1) : own.sum ** 2;
  const left = Math.max(0, 1 - texts / values);
  return { sum: ratio * text, variance: (text / bytes) ** 2 * texts * scatter * left };
}

/** The sums of one output of a worker. */
export function sumsOf(profile: ColumnProfile, rows: number): ColumnSums {
  const { counted, textBytes, nulls } = profile;
  const values = rows - nulls;
  const tokens = { sum: counted.tokens, withBytes: counted.bt, squares: counted.tt };
  const python = { sum: counted.python, withBytes: counted.bp, squares: counted.pp };
  return {
    values,
    nulls,
    arrow: profile.arrowBytes,
    text: textBytes,
    rendered: profile.renderedBytes,
    max: profile.maxTextBytes,
    sizes: trimmedSizes(profile.sizes),
    tokens: countedTotal(counted, tokens, textBytes, values),
    python: countedTotal(counted, python, textBytes, values),
    shapes: { texts: counted.texts, scalars: counted.scalars, nested: counted.nested },
  };
}

const plus = (a: Counted, b: Counted): Counted => ({ sum: a.sum + b.sum, variance: a.variance + b.variance });

/** All of these shapes together. */
export function addShapes(all: readonly TextShapes[]): TextShapes {
  const sum = (pick: (one: TextShapes) => number): number => all.reduce((total, one) => total + pick(one), 0);
  return { texts: sum(({ texts }) => texts), scalars: sum(({ scalars }) => scalars), nested: sum((one) => one.nested) };
}

/** Sizes up to the last bucket that holds any. */
export function trimmedSizes(sizes: Uint32Array): Float64Array {
  return Float64Array.from(sizes.subarray(0, sizes.findLastIndex((count) => count > 0) + 1));
}

/** Two histograms together; the longer one's end stays. */
export function addSizes(a: Float64Array, b: Float64Array, times = 1): Float64Array {
  const sum = new Float64Array(Math.max(a.length, b.length));
  sum.set(a);
  b.forEach((count, bucket) => (sum[bucket] = (sum[bucket] ?? 0) + times * count));
  return sum;
}

/** Both together. */
export function addSums(a: ColumnSums, b: ColumnSums): ColumnSums {
  return {
    values: a.values + b.values,
    nulls: a.nulls + b.nulls,
    arrow: a.arrow + b.arrow,
    text: a.text + b.text,
    rendered: a.rendered + b.rendered,
    max: Math.max(a.max, b.max),
    sizes: addSizes(a.sizes, b.sizes),
    tokens: plus(a.tokens, b.tokens),
    python: plus(a.python, b.python),
    shapes: addShapes([a.shapes, b.shapes]),
  };
}
