/** A number together with how it is known. `low` and `high` bound the truth (95 % for estimates, equal to `value` when exact). */
export interface Figure {
  readonly value: number;
  readonly known: 'exact' | 'estimate' | 'unknown';
  readonly low: number;
  readonly high: number;
}

/** A figure that was counted, not guessed. */
export function exactly(value: number): Figure {
  return { value, known: 'exact', low: value, high: value };
}

/** A figure whose truth lies in the closed interval [low, high] with 95 % confidence. */
export function estimated(value: number, low: number, high: number): Figure {
  return { value, known: 'estimate', low: Math.min(low, value), high: Math.max(high, value) };
}

/** A figure nobody knows: JSON shows it as value 0 with an empty interval, people see "unknown". */
export function unknownFigure(): Figure {
  return { value: 0, known: 'unknown', low: 0, high: 0 };
}

/** The sum of figures: exact only if all are, unknown if any is. Intervals add up (a safe, wide bound). */
export function sumFigures(figures: readonly Figure[]): Figure {
  if (figures.some((figure) => figure.known === 'unknown')) return unknownFigure();
  const total = (pick: (figure: Figure) => number) => figures.reduce((sum, figure) => sum + pick(figure), 0);
  const known = figures.every((figure) => figure.known === 'exact') ? 'exact' : 'estimate';
  return { value: total((f) => f.value), known, low: total((f) => f.low), high: total((f) => f.high) };
}

/** A figure times a factor of at least 0. */
export function scaleFigure(figure: Figure, factor: number): Figure {
  return { ...figure, value: figure.value * factor, low: figure.low * factor, high: figure.high * factor };
}
