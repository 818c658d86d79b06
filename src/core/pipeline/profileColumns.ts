import type { Column, ColumnPath } from '../model/columnType.ts';
import type { Dataset, Fragment } from '../model/dataset.ts';
import { addSums, emptySums, sumsOf, type ColumnSums } from '../profile/columnSums.ts';
import { datasetSeed } from '../profile/sampleDesign.ts';
import type { FragmentProfile, ProfileSetup } from '../profile/fragmentProfile.ts';
import { addRows, emptyRows, rowSumsOf, type RowSums } from '../profile/rowFigures.ts';
import type { LineTemplate } from '../render/template.ts';
import type { WorkPool } from './workPool.ts';

/** The dataset's columns and, behind them, the fields inside columns that a template uses. */
export interface ProfiledColumns {
  readonly dataset: Dataset;
  readonly paths: readonly ColumnPath[];
  /** Whether rows have sizes by themselves: the texts of all columns. */
  readonly weighsRows: boolean;
}

/** Lists what is weighed. A field is named by its path. */
export function profiledColumns(dataset: Dataset, template: LineTemplate | null): ProfiledColumns {
  const fields = (template?.columns ?? []).filter((path) => path.length > 1);
  const extra = fields.map((path): Column => ({ name: JSON.stringify(path), type: { kind: 'json' }, nullable: true }));
  return {
    dataset: { ...dataset, columns: [...dataset.columns, ...extra] },
    paths: [...dataset.columns.map(({ name }) => [name]), ...fields],
    weighsRows: template === null,
  };
}

/** Sums of one fragment, or of a part of a large one. */
export interface ProfiledPart {
  /** Index into the fragments. */
  readonly fragment: number;
  readonly rows: number;
  readonly readBytes: number;
  readonly columns: readonly ColumnSums[];
  /** Sizes of its rows, where they are weighed; the largest are counted from its first row. */
  readonly rowSizes: RowSums;
}

function partOf(fragment: number, { rows, readBytes, columns, rowSizes }: FragmentProfile): ProfiledPart {
  return {
    fragment,
    rows,
    readBytes,
    columns: columns.map((column) => sumsOf(column, rows)),
    rowSizes: rowSizes === null ? emptyRows() : rowSumsOf(rowSizes, (row) => row),
  };
}

/** Two parts together, `b` behind `a` in the dataset. */
export function addParts(a: ProfiledPart, b: ProfiledPart): ProfiledPart {
  return {
    fragment: b.fragment,
    rows: a.rows + b.rows,
    readBytes: a.readBytes + b.readBytes,
    columns: b.columns.map((sums, index) => addSums(a.columns[index] ?? emptySums(), sums)),
    rowSizes: addRows(a.rowSizes, {
      ...b.rowSizes,
      largest: b.rowSizes.largest.map(({ row, bytes }) => ({ row: a.rows + row, bytes })),
    }),
  };
}

/** Nothing yet of so many columns. */
export function emptyPart(columns: number): ProfiledPart {
  const none = Array.from({ length: columns }, emptySums);
  return { fragment: 0, rows: 0, readBytes: 0, columns: none, rowSizes: emptyRows() };
}

/** Weighs fragments with all workers; parts come in dataset order. Rows are weighed where no job's lines tell their sizes. */
export async function* profileParts(
  { dataset, paths, weighsRows }: ProfiledColumns,
  plain: Dataset,
  fragments: readonly Fragment[],
  countedTexts: ProfileSetup['countedTexts'],
  pool: WorkPool,
  signal: AbortSignal,
): AsyncGenerator<ProfiledPart> {
  const setup = { dataset: plain, columns: paths, countedTexts, weighsRows, seed: datasetSeed(dataset.files) };
  for await (const { fragment, output, release } of pool.run('profile', setup, fragments, signal)) {
    release();
    yield partOf(fragment, output);
  }
}
