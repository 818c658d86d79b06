import { estimated, exactly, unknownFigure, type Figure } from '../model/figure.ts';
import { NORMAL_95, studentQuantile } from './studentQuantile.ts';

/** A sampled cluster: its stratum, its number in dataset order, its size (rows, or bytes on disk) and what was counted in it. */
export interface SampledCluster<Counted> {
  readonly stratum: number;
  readonly position: number;
  readonly size: number;
  readonly counted: Counted;
}

/** How clusters were drawn: from each stratum, consecutive in dataset order, some of its `clusters`, without replacement, all with the same chance. */
export interface SampleDesign {
  readonly strata: readonly { readonly clusters: number }[];
  /** Size of the whole dataset, exact. */
  readonly totalSize: number;
}

/** Total of a quantity that is known cluster by cluster. */
export interface RatioEstimate {
  readonly ratio: number;
  /** Standard error of the total, and its degrees of freedom: a quarter of the clusters, since successive differences overlap and few of them may dominate. */
  readonly error: number;
  readonly degrees: number;
  /** Skewness of the clusters' residuals over six roots of their number: long tails make the interval longer on their side. */
  readonly skew: number;
}

interface Residual {
  readonly stratum: number;
  readonly value: number;
}

/** Variance of the sum of residuals from the differences between one cluster and the next: a jump or a drift inside a stratum of one draw does not hide from it. */
function successiveVariance(residuals: readonly Residual[]): number {
  let squares = 0;
  for (let index = 1; index < residuals.length; index++)
    squares += ((residuals[index]?.value ?? 0) - (residuals[index - 1]?.value ?? 0)) ** 2;
  return residuals.length < 2 ? Infinity : (residuals.length * squares) / (2 * (residuals.length - 1));
}

/** The same from the scatter inside strata; says nothing of a stratum of one draw. */
function stratumVariance(residuals: readonly Residual[]): number {
  const strata = new Map<number, Residual[]>();
  for (const residual of residuals) {
    const own = strata.get(residual.stratum);
    if (own === undefined) strata.set(residual.stratum, [residual]);
    else own.push(residual);
  }
  let variance = 0;
  for (const own of strata.values()) {
    if (own.length < 2) continue;
    const mean = own.reduce((sum, { value }) => sum + value, 0) / own.length;
    const squares = own.reduce((sum, { value }) => sum + (value - mean) ** 2, 0);
    variance += (own.length * squares) / (own.length - 1);
  }
  return variance;
}

/**
 * One combined ratio to the size: total = X * sum(w y) / sum(w x). The error comes from the scatter between successive clusters or inside strata, whichever
 * is greater (Wolter, Introduction to Variance Estimation, chapter 8), so it holds where neighbouring rows are alike. A value that was itself estimated
 * inside its cluster brings its own variance. Null where nothing was drawn.
 */
export function ratioEstimate<Counted>(
  design: SampleDesign,
  clusters: readonly SampledCluster<Counted>[],
  valueOf: (counted: Counted) => number,
  varianceOf: (counted: Counted) => number = () => 0,
): RatioEstimate | null {
  const drawn = new Map<number, number>();
  for (const { stratum } of clusters) drawn.set(stratum, (drawn.get(stratum) ?? 0) + 1);
  const ordered = clusters
    .toSorted((a, b) => a.position - b.position)
    .map(({ stratum, size, counted }) => {
      const weight = (design.strata[stratum]?.clusters ?? 0) / (drawn.get(stratum) ?? 1);
      return { stratum, weight, size, value: valueOf(counted), variance: varianceOf(counted) };
    });
  const sum = (pick: (one: (typeof ordered)[number]) => number): number =>
    ordered.reduce((total, one) => total + pick(one), 0);
  const sizes = sum(({ weight, size }) => weight * size);
  if (sizes === 0) return null;
  const ratio = sum(({ weight, value }) => weight * value) / sizes;
  const residuals = ordered.map(({ stratum, weight, size, value }) => ({
    stratum,
    value: weight * (value - ratio * size),
  }));
  const left = 1 - ordered.length / design.strata.reduce((all, stratum) => all + stratum.clusters, 0);
  const between = left > 0 ? left * Math.max(successiveVariance(residuals), stratumVariance(residuals)) : 0;
  const variance = between + sum((one) => one.weight * one.variance);
  const squares = residuals.reduce((all, { value }) => all + value ** 2, 0);
  const cubes = residuals.reduce((all, { value }) => all + value ** 3, 0);
  return {
    ratio,
    error: (design.totalSize / sizes) * Math.sqrt(variance),
    degrees: ordered.length / 4,
    skew: squares > 0 ? cubes / squares ** 1.5 / 6 : 0,
  };
}

/**
 * How far the 95 % interval reaches down and up, in standard errors: Student's quantile, and where clusters have a long tail on one side more on that side
 * (Johnson, Modified t tests, 1978), never less on the other.
 */
export function reach({ degrees, skew }: RatioEstimate): { readonly down: number; readonly up: number } {
  const quantile = studentQuantile(degrees);
  const more = skew * (2 * NORMAL_95 ** 2 + 1);
  return { down: quantile + Math.max(0, -more), up: quantile + Math.max(0, more) };
}

/** The estimated total with its 95 % interval; exact where every cluster was drawn and its values were counted. */
export function ratioTotal<Counted>(
  design: SampleDesign,
  clusters: readonly SampledCluster<Counted>[],
  valueOf: (counted: Counted) => number,
  varianceOf?: (counted: Counted) => number,
): Figure {
  const sure = clusters.filter(({ counted }) => varianceOf === undefined || varianceOf(counted) === 0);
  const seen = sure.reduce((sum, { counted }) => sum + valueOf(counted), 0);
  if (sure.length === design.strata.reduce((sum, stratum) => sum + stratum.clusters, 0)) return exactly(seen);
  const estimate = ratioEstimate(design, clusters, valueOf, varianceOf);
  if (estimate === null) return unknownFigure();
  const value = Math.round(estimate.ratio * design.totalSize);
  const { down, up } = reach(estimate);
  const low = Math.max(seen, Math.floor(value - down * estimate.error));
  return estimated(Math.max(value, low), low, Math.ceil(value + up * estimate.error));
}
