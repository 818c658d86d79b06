import { estimated, exactly, type Figure } from '../model/figure.ts';

/** A rising function of figures: exact where all are, unknown where one is; bounds are those of the bounds. */
export function rising(of: (...values: number[]) => number, ...figures: readonly Figure[]): Figure {
  if (figures.some(({ known }) => known === 'unknown')) return { value: 0, known: 'unknown', low: 0, high: 0 };
  const value = of(...figures.map((figure) => figure.value));
  if (figures.every(({ known }) => known === 'exact')) return exactly(value);
  return estimated(value, of(...figures.map(({ low }) => low)), of(...figures.map(({ high }) => high)));
}

/** A figure within bounds that are sure; unknown stays so. */
export function within(figure: Figure, least: number, most: number): Figure {
  if (figure.known !== 'estimate') return figure;
  const clamp = (value: number): number => Math.min(Math.max(value, least), Math.max(least, most));
  const [low, high] = [clamp(figure.low), clamp(figure.high)];
  return low === high ? exactly(low) : estimated(clamp(figure.value), low, high);
}

/** What is surely true of the difference a - b, at least 0. */
export function differenceOf(a: Figure, b: Figure): Figure {
  if (a.known === 'unknown' || b.known === 'unknown') return { value: 0, known: 'unknown', low: 0, high: 0 };
  const value = Math.max(0, a.value - b.value);
  if (a.known === 'exact' && b.known === 'exact') return exactly(value);
  return estimated(value, Math.max(0, a.low - b.high), Math.max(0, a.high - b.low));
}
