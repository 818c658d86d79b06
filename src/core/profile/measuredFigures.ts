import type { Column } from '../model/columnType.ts';
import type { Dataset, DatasetFormat } from '../model/dataset.ts';
import { estimated, exactly, type Figure } from '../model/figure.ts';
import { arrowFigure, type ColumnFigures } from './columnFigures.ts';
import { addShapes, type ColumnSums, type Counted } from './columnSums.ts';
import { differenceOf, within } from './figures.ts';
import type { MetadataFigures } from './metadataFigures.ts';
import { ratioTotal, type SampleDesign, type SampledCluster } from './ratioEstimate.ts';
import { sampledHistogram, wholeHistogram } from './sizeHistogram.ts';
import { NORMAL_95 } from './studentQuantile.ts';
import { sampledTextSizes, wholeTextSizes } from './textSizes.ts';
import { textLengths } from './typeSizes.ts';

/** A counted sum with its 95 % interval. */
function countedFigure({ sum, variance }: Counted): Figure {
  if (variance === 0) return exactly(Math.round(sum));
  const margin = NORMAL_95 * Math.sqrt(variance);
  return estimated(sum, Math.max(0, sum - margin), sum + margin);
}

/** What an Arrow file says of its own buffers stands; otherwise the rule, or what the reader weighed. */
function arrowOf(
  format: DatasetFormat,
  { type }: Column,
  known: { readonly rows: Figure; readonly base: ColumnFigures; readonly nulls: Figure; readonly text: Figure },
  weighed: Figure,
): Figure {
  const { rows, base, nulls, text } = known;
  if (base.arrow.known === 'exact') return base.arrow;
  return format === 'arrow' ? weighed : (arrowFigure(type, rows, nulls, text) ?? weighed);
}

/** Figures of columns that were read whole. `base` is what metadata said. */
export function wholeFigures(
  dataset: Dataset,
  base: MetadataFigures,
  rows: number,
  sums: readonly ColumnSums[],
): ColumnFigures[] {
  return dataset.columns.flatMap((column, index) => {
    const [own, said] = [sums[index], base.columns[index]];
    if (own === undefined || said === undefined) return [];
    const [nulls, text] = [exactly(own.nulls), exactly(own.text)];
    const known = { rows: exactly(rows), base: said, nulls, text };
    return {
      disk: said.disk,
      nulls,
      text,
      arrow: arrowOf(dataset.format, column, known, exactly(own.arrow)),
      rendered: exactly(own.rendered),
      tokens: within(countedFigure(own.tokens), 0, own.text),
      python: countedFigure(own.python),
      shapes: own.shapes,
      sizes: textLengths(column.type) === null ? wholeTextSizes(own) : null,
      histogram: textLengths(column.type) === null ? wholeHistogram(own) : null,
    };
  });
}

/** One sampled cluster: its rows and the sums of its columns. */
export interface ProfiledCluster {
  readonly rows: number;
  readonly columns: readonly ColumnSums[];
}

/** Figures of a sample, and whatever metadata knows exactly. `mostTextBytes` bounds the largest value of a column. */
export function sampledFigures(
  dataset: Dataset,
  base: MetadataFigures,
  design: SampleDesign,
  clusters: readonly SampledCluster<ProfiledCluster>[],
): MetadataFigures {
  const rows = base.rows.known === 'exact' ? base.rows : ratioTotal(design, clusters, (cluster) => cluster.rows);
  const columns = dataset.columns.flatMap((column, index) => {
    const said = base.columns[index];
    if (said === undefined) return [];
    const own = clusters.flatMap(({ counted, ...place }) => {
      const sums = counted.columns[index];
      return sums === undefined ? [] : [{ ...place, counted: sums }];
    });
    return sampledColumn(dataset.format, column, { base: said, rows }, design, own);
  });
  return { rows, columns };
}

function sampledColumn(
  format: DatasetFormat,
  column: Column,
  { base, rows }: { readonly base: ColumnFigures; readonly rows: Figure },
  design: SampleDesign,
  clusters: readonly SampledCluster<ColumnSums>[],
): ColumnFigures {
  const exactOr = (figure: Figure, valueOf: (sums: ColumnSums) => number): Figure =>
    figure.known === 'exact' ? figure : ratioTotal(design, clusters, valueOf);
  const nulls = within(
    exactOr(base.nulls, (sums) => sums.nulls),
    0,
    rows.high,
  );
  const text = exactOr(base.text, (sums) => sums.text);
  // Where metadata knows the text exactly, what grows with the text is estimated from it and not from the rows.
  const byText = base.text.known === 'exact' && base.text.value > 0;
  const grows = (valueOf: (sums: ColumnSums) => number, varianceOf?: (sums: ColumnSums) => number): Figure =>
    byText
      ? ratioTotal(
          { ...design, totalSize: text.value },
          clusters.map((cluster) => ({ ...cluster, size: cluster.counted.text })),
          valueOf,
          varianceOf,
        )
      : ratioTotal(design, clusters, valueOf, varianceOf);
  const weighed = ratioTotal(design, clusters, (sums) => sums.arrow);
  const bounded = textLengths(column.type) !== null;
  return {
    disk: base.disk,
    nulls,
    text,
    arrow: arrowOf(format, column, { rows, base, nulls, text }, weighed),
    rendered: grows((sums) => sums.rendered),
    tokens: grows(
      ({ tokens }) => tokens.sum,
      ({ tokens }) => tokens.variance,
    ),
    python: grows(
      ({ python }) => python.sum,
      ({ python }) => python.variance,
    ),
    shapes: addShapes(clusters.map(({ counted }) => counted.shapes)),
    sizes: bounded ? null : sampledTextSizes(design, clusters, text.high),
    histogram: bounded ? null : sampledHistogram(design, clusters, differenceOf(rows, nulls).value),
  };
}
