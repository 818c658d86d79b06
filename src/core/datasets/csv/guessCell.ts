/** What cells look like; for display only, their text stays as it is. */
export type CellGuess = 'int' | 'float' | 'bool' | 'date' | 'timestamp' | 'text';

const PATTERNS: readonly (readonly [CellGuess, RegExp])[] = [
  ['bool', /^(true|false)$/i],
  ['int', /^[+-]?\d{1,18}$/],
  ['float', /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i],
  ['date', /^\d{4}-\d{2}-\d{2}$/],
  ['timestamp', /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$/],
];

/** The narrowest guess that fits every present cell; none where no cell is present. */
export function guessCell(cells: readonly (string | null)[]): CellGuess | undefined {
  const present = cells.filter((cell) => cell !== null);
  if (present.length === 0) return undefined;
  return PATTERNS.find(([, pattern]) => present.every((cell) => pattern.test(cell)))?.[0] ?? 'text';
}
