import { estimated, exactly, unknownFigure, type Figure } from '../model/figure.ts';
import { NORMAL_95, studentQuantile } from './studentQuantile.ts';

/** A sampled cluster: its stratum, its size (rows, or bytes on disk) and what was counted in it. */
export interface SampledCluster<Counted> {
  readonly stratum: number;
  readonly size: number;
  readonly counted: Counted;
}

/** How clusters were drawn: from each stratum some of its `clusters`, without replacement, all with the same chance. */
export interface SampleDesign {
  readonly strata: readonly { readonly clusters: number }[];
  /** Size of the whole dataset, exact. */
  readonly totalSize: number;
}

interface Stratum {
  drawn: number;
  /** Sum of the residuals and of their squares. */
  sum: number;
  squares: number;
}

/** Total of a quantity that is known cluster by cluster. */
export interface RatioEstimate {
  readonly ratio: number;
  /** Standard error of the total, and its degrees of freedom (Satterthwaite). */
  readonly error: number;
  readonly degrees: number;
  /** Skewness of the clusters' residuals over six roots of their number: long tails make the interval longer on their side. */
  readonly skew: number;
}

/**
 * Separate draws, one combined ratio to the size: total = X * sum(w y) / sum(w x). The error comes from the scatter between the clusters of a stratum, so
 * it holds where neighbouring rows are alike (Cochran, Sampling Techniques, 6.11). A value that was itself estimated inside its cluster brings its own
 * variance. Null where nothing was drawn.
 */
export function ratioEstimate<Counted>(
  design: SampleDesign,
  clusters: readonly SampledCluster<Counted>[],
  valueOf: (counted: Counted) => number,
  varianceOf: (counted: Counted) => number = () => 0,
): RatioEstimate | null {
  const drawn = new Map<number, number>();
  for (const { stratum } of clusters) drawn.set(stratum, (drawn.get(stratum) ?? 0) + 1);
  const weightOf = (stratum: number): number => (design.strata[stratum]?.clusters ?? 0) / (drawn.get(stratum) ?? 1);
  let [values, sizes] = [0, 0];
  for (const { stratum, size, counted } of clusters) {
    values += weightOf(stratum) * valueOf(counted);
    sizes += weightOf(stratum) * size;
  }
  if (sizes === 0) return null;
  const ratio = values / sizes;
  const strata = new Map<number, Stratum>();
  let [squares, cubes] = [0, 0];
  for (const { stratum, size, counted } of clusters) {
    const residual = valueOf(counted) - ratio * size;
    squares += residual ** 2;
    cubes += residual ** 3;
    const own = strata.get(stratum) ?? { drawn: 0, sum: 0, squares: 0 };
    strata.set(stratum, {
      drawn: own.drawn + 1,
      sum: own.sum + residual,
      squares: own.squares + residual * residual,
    });
  }
  let [variance, spread] = [0, 0];
  for (const [stratum, own] of strata) {
    if (own.drawn < 2) continue;
    const all = design.strata[stratum]?.clusters ?? own.drawn;
    const scatter = Math.max(0, own.squares - own.sum ** 2 / own.drawn) / (own.drawn - 1);
    const part = (all * all * (1 - own.drawn / all) * scatter) / own.drawn;
    variance += part;
    spread += part ** 2 / (own.drawn - 1);
  }
  const degrees = spread > 0 ? variance ** 2 / spread : Infinity;
  for (const { stratum, counted } of clusters) variance += weightOf(stratum) * varianceOf(counted);
  const scale = design.totalSize / sizes;
  return {
    ratio,
    error: scale * Math.sqrt(variance),
    degrees,
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
