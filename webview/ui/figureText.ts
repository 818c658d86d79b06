import type { Figure } from './shapes.ts';
import { SHARED } from './strings.ts';

/** A figure in words: its value, and how that is known. */
export interface FigureText {
  /** `3.30 GB`, `~ 3.30 GB`, `–`. */
  readonly value: string;
  /** `exact`, `±4.0 %`, `1.2 GB to 5.9 GB`, `unknown`. */
  readonly how: string;
  /** For screen readers and tooltips. */
  readonly label: string;
}

export const KNOWN_MARKS = { exact: '●', estimate: '○', unknown: '–' } as const;

/** An interval wider than this share of the value is said by its ends. */
const WIDEST_MARGIN = 0.5;

function intervalText({ value, low, high }: Figure, text: (value: number) => string): string {
  const margin = value > 0 ? Math.max(high - value, value - low) / value : Infinity;
  if (margin > WIDEST_MARGIN) return text(low) === text(high) ? SHARED.estimate : SHARED.range(text(low), text(high));
  const percent = Math.max(0.1, 100 * margin);
  return `±${percent.toFixed(percent < 9.95 ? 1 : 0)} %`;
}

/** How a figure is said, here and everywhere. */
export function figureText(figure: Figure, text: (value: number) => string): FigureText {
  if (figure.known === 'unknown') return { value: '–', how: SHARED.unknown, label: SHARED.unknown };
  const value = text(figure.value);
  if (figure.known === 'exact') return { value, how: SHARED.exact, label: SHARED.exactly(value) };
  const how = intervalText(figure, text);
  return {
    value: `~ ${value}`,
    how,
    label: SHARED.about(value, text(figure.low), text(figure.high)),
  };
}
