import type { SampledLine } from '../model/block.ts';
import { estimated, exactly, unknownFigure, type Figure } from '../model/figure.ts';
import type { TokenCounter } from '../profile/tokens.ts';

/** Two-sided 95 % quantile of the normal distribution. */
const Z = 1.96;

/** Tokens of any set of lines, from a sample of all of them. */
export interface TokenEstimate {
  /** The tokens of `lines` lines of `bytes` bytes in all. */
  readonly of: (bytes: number, lines: number) => Figure;
}

interface Sums {
  lines: number;
  bytes: number;
  tokens: number;
}

/** Spread of one line's tokens around ratio x bytes. */
function spread(lines: readonly { bytes: number; tokens: number }[], ratio: number): number {
  const squares = lines.reduce((sum, { bytes, tokens }) => sum + (tokens - ratio * bytes) ** 2, 0);
  return lines.length > 1 ? Math.sqrt(squares / (lines.length - 1)) : 0;
}

/**
 * Ratio estimate of tokens by line bytes (which are exact) with a 95 % interval: the ratio's own error grows with the number of lines asked for,
 * the lines' scatter with its root. `total` is the number of lines the sample was drawn from; a sample of all of them is exact.
 */
export function estimateTokens(
  sampled: readonly SampledLine[],
  fixedTokens: number,
  total: number,
  tokens: TokenCounter,
): TokenEstimate {
  const lines = sampled.map(({ bytes, texts }) => ({
    bytes,
    tokens: texts.reduce((sum, text) => sum + tokens.count(text), fixedTokens),
  }));
  const sums = lines.reduce<Sums>(
    (sum, line) => ({ lines: sum.lines + 1, bytes: sum.bytes + line.bytes, tokens: sum.tokens + line.tokens }),
    { lines: 0, bytes: 0, tokens: 0 },
  );
  if (total === 0) return { of: () => exactly(0) };
  if (sums.lines === 0) return { of: () => unknownFigure() };
  const ratio = sums.tokens / sums.bytes;
  const perLine = spread(lines, ratio);
  const whole = sums.lines === total;
  return {
    of: (bytes, count) => {
      if (count === 0) return exactly(0);
      const value = Math.round(ratio * bytes);
      if (whole && count === total) return exactly(sums.tokens);
      const ratioError = (perLine * bytes) / (Math.sqrt(sums.lines) * (sums.bytes / sums.lines));
      const error = Z * Math.sqrt(ratioError ** 2 + perLine ** 2 * count);
      return estimated(value, Math.max(0, Math.floor(value - error)), Math.ceil(value + error));
    },
  };
}
