/** The two-sided 95 % quantile of the normal distribution. */
export const NORMAL_95 = 1.959964;

/** The first ones, where the expansion is not good enough. */
const FEW = [Infinity, 12.7062, 4.3027, 3.1824, 2.7764, 2.5706];

const NORMAL_9999 = 3.890592;
const FEW_9999 = [
  Infinity,
  6366.2,
  99.992,
  28.0,
  15.544,
  11.178,
  9.082,
  7.885,
  7.12,
  6.594,
  6.211,
  5.921,
  5.694,
  5.513,
  5.363,
  5.239,
];

/** The two-sided 95 % quantile of Student's t distribution; fractional degrees of freedom are rounded down to be safe. */
export function studentQuantile(degrees: number): number {
  const whole = Math.floor(degrees);
  return FEW[Math.max(1, whole)] ?? expanded(NORMAL_95, whole);
}

/** The two-sided 99.99 % quantile, for bounds that must not be crossed in practice. */
export function sureQuantile(degrees: number): number {
  const whole = Math.floor(degrees);
  return FEW_9999[Math.max(1, whole)] ?? expanded(NORMAL_9999, whole);
}

/** Student's quantile for the normal one, where there are some degrees of freedom. */
function expanded(z: number, whole: number): number {
  // Cornish-Fisher, https://dlmf.nist.gov or Abramowitz and Stegun 26.7.5
  const first = (z ** 3 + z) / 4;
  const second = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96;
  const third = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384;
  return z + first / whole + second / whole ** 2 + third / whole ** 3;
}
