/** The two-sided 95 % quantile of the normal distribution. */
export const NORMAL_95 = 1.959964;

/** The first ones, where the expansion is not good enough. */
const FEW = [Infinity, 12.7062, 4.3027, 3.1824, 2.7764, 2.5706];

/** The two-sided 95 % quantile of Student's t distribution; fractional degrees of freedom are rounded down to be safe. */
export function studentQuantile(degrees: number): number {
  const whole = Math.floor(degrees);
  const known = FEW[Math.max(1, whole)];
  if (known !== undefined) return known;
  const z = NORMAL_95;
  // Cornish-Fisher, https://dlmf.nist.gov or Abramowitz and Stegun 26.7.5
  const first = (z ** 3 + z) / 4;
  const second = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96;
  const third = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384;
  return z + first / whole + second / whole ** 2 + third / whole ** 3;
}
