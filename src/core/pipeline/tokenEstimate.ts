import { estimated, exactly, unknownFigure, type Figure } from '../model/figure.ts';
import { studentQuantile, sureQuantile } from '../profile/studentQuantile.ts';
import type { LineTokens } from './lineTokens.ts';

/** A kind of line that is no rarer than this over the lines of the sample is in it, but once in 10,000 times. */
const UNSEEN = Math.log(10_000);

/** Tokens of some lines. */
export interface EstimatedTokens {
  /** With its 95 % interval. */
  readonly figure: Figure;
  /** The same with an interval of 99.99 %, and as many lines of a token a byte as no sample line may tell of: for what must not be crossed. */
  readonly sure: Figure;
}

/** Tokens of any set of lines, from a sample of all of them. */
export interface TokenEstimate {
  /** The tokens of `lines` lines of `bytes` bytes in all. */
  readonly of: (bytes: number, lines: number) => EstimatedTokens;
}

interface Sums {
  readonly bytes: number;
  readonly tokens: number;
  readonly variance: number;
  readonly degrees: number;
  readonly slack: number;
}

function sumsOf(lines: readonly LineTokens[]): Sums {
  const none = { bytes: 0, tokens: 0, variance: 0, degrees: 0, slack: 0 };
  return lines.reduce<Sums>(
    (sum, line) => ({
      bytes: sum.bytes + line.bytes,
      tokens: sum.tokens + line.tokens,
      variance: sum.variance + line.variance,
      degrees: sum.degrees + line.degrees,
      slack: sum.slack + line.slack,
    }),
    none,
  );
}

/** The residuals of lines from ratio x bytes. */
interface Scatter {
  /** Spread of one line's tokens. */
  readonly perLine: number;
  /** Skewness over six roots of the lines: a long tail makes the interval longer on its side (Johnson, Modified t tests, 1978). */
  readonly skew: number;
  /** Degrees of freedom of the spread: fewer where few lines make most of it (Satterthwaite, from the kurtosis). */
  readonly degrees: number;
}

function scatterOf(lines: readonly LineTokens[], ratio: number): Scatter {
  const residuals = lines.map(({ bytes, tokens }) => tokens - ratio * bytes);
  const squares = residuals.reduce((sum, one) => sum + one ** 2, 0);
  const cubes = residuals.reduce((sum, one) => sum + one ** 3, 0);
  const kurtosis = (lines.length * residuals.reduce((sum, one) => sum + one ** 4, 0)) / squares ** 2;
  return {
    perLine: Math.sqrt(squares / Math.max(1, lines.length - 1)),
    skew: squares > 0 ? cubes / squares ** 1.5 / 6 : 0,
    degrees:
      squares > 0 ? Math.min(lines.length - 1, (2 * lines.length) / Math.max(2, kurtosis - 1)) : lines.length - 1,
  };
}

/** An interval of `reach` standard errors, longer on the side of a long tail; `slack` goes on top. */
function interval(value: number, error: number, reach: number, skew: number, slack: number): Figure {
  const more = skew * (2 * reach ** 2 + 1);
  const down = (reach + Math.max(0, -more)) * error + slack;
  const up = (reach + Math.max(0, more)) * error + slack;
  return estimated(Math.round(value), Math.max(0, Math.floor(value - down)), Math.ceil(value + up));
}

const same = (figure: Figure): EstimatedTokens => ({ figure, sure: figure });

/**
 * Ratio estimate of tokens by line bytes (which are exact): the ratio's own error grows with the bytes asked for, the lines' scatter with the root of
 * their number. `total` is the number of lines the sample was drawn from; only where each of them was counted whole a figure is exact.
 */
export function estimateTokens(lines: readonly LineTokens[], total: number): TokenEstimate {
  if (total === 0) return { of: () => same(exactly(0)) };
  if (lines.length < Math.min(2, total)) return { of: () => same(unknownFigure()) };
  const sums = sumsOf(lines);
  const ratio = sums.tokens / sums.bytes;
  const { perLine, skew, degrees } = scatterOf(lines, ratio);
  const both = (value: number, error: number, free: number, tail: number, slack: number): EstimatedTokens => ({
    figure: interval(value, error, studentQuantile(free), tail, slack),
    sure: interval(value, error, sureQuantile(free), tail, slack),
  });
  return {
    of: (bytes, count) => {
      if (count === 0) return same(exactly(0));
      if (lines.length === total && count === total) {
        if (sums.degrees === 0) return same(exactly(sums.tokens));
        return both(sums.tokens, Math.sqrt(sums.variance), sums.degrees, 0, sums.slack);
      }
      const ratioError = (perLine * bytes) / (Math.sqrt(lines.length) * (sums.bytes / lines.length));
      const error = Math.sqrt(ratioError ** 2 + perLine ** 2 * count);
      // Lines that are all alike leave what is rounded, and what windows miss.
      const slack = Math.max(1, (sums.slack * bytes) / sums.bytes);
      const { figure, sure } = both(ratio * bytes, error, degrees, skew, slack);
      const unseen = Math.min(1, UNSEEN / lines.length) * Math.max(0, bytes - ratio * bytes);
      return { figure, sure: estimated(sure.value, sure.low, Math.ceil(sure.high + unseen)) };
    },
  };
}
