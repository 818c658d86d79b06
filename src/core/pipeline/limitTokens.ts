import type { Kernel } from '../../kernel/kernel.ts';
import type { LineBatch, LineRenderer } from '../render/lineRenderer.ts';
import { SKIP } from '../render/skip.ts';
import { cutColumn } from './cutColumn.ts';
import type { TokenMeter } from './tokenMeter.ts';

/** Lines with the tokens of each, 0 where a row has none. */
export interface CountedLines {
  readonly lines: LineBatch;
  readonly tokens: Uint32Array;
}

/** Shortens the texts of some rows so that their lines have at most `most` tokens, as far as that goes. */
function shorten(
  kernel: Kernel,
  renderer: LineRenderer,
  meter: TokenMeter,
  lines: LineBatch,
  rows: readonly number[],
  most: number,
): LineBatch {
  const staying = new Map(rows.map((row) => [row, meter.staying(lines, row, most)]));
  const columns = lines.columns.map((column, index) => {
    if (![...staying.values()].some((bytes) => (bytes[index] ?? null) !== null)) return column;
    return cutColumn(kernel, column, lines.rows, (row) => staying.get(row)?.[index] ?? null);
  });
  return renderer.withColumns(lines, columns);
}

/**
 * Counts the tokens of every line. Of lines over `most` the longest texts are shortened where `truncate` says so; those that are still over get no line.
 */
export function limitTokens(
  kernel: Kernel,
  renderer: LineRenderer,
  meter: TokenMeter,
  counted: CountedLines,
  most: number,
  truncate: boolean,
): CountedLines {
  const { lines, tokens } = counted;
  const over = [...tokens.keys()].filter((row) => (tokens[row] ?? 0) > most);
  if (over.length === 0) return counted;
  const fitted = truncate ? shorten(kernel, renderer, meter, lines, over, most) : lines;
  for (const row of over) {
    const count = truncate ? meter.countRow(fitted, row) : Infinity;
    tokens[row] = count > most ? 0 : count;
    if (count > most) kernel.bytes(fitted.skip + row, 1)[0] = SKIP.tokens;
  }
  return { lines: fitted, tokens };
}
