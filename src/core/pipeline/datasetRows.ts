import { openKernel } from '../../kernel/kernel.ts';
import type { ReadEnv } from '../datasets/formatReader.ts';
import { formatReaders } from '../datasets/formatReaders.ts';
import { rowJson } from '../datasets/rowJson.ts';
import { TrancheError, messageOf } from '../errors.ts';
import type { Column, ColumnPath } from '../model/columnType.ts';
import type { Dataset } from '../model/dataset.ts';
import { columnReference } from '../render/placeholders.ts';
import { resolveColumn } from '../render/resolveColumn.ts';
import { columnAt } from './openJob.ts';

/** Rows of a dataset as they are to be shown. */
export interface RowsRequest {
  /** As placeholders name them; null: all. */
  readonly columns: readonly string[] | null;
  /** Only the first so many. */
  readonly limit: number | null;
}

interface Chosen {
  readonly paths: readonly ColumnPath[];
  readonly columns: readonly Column[];
}

function chosenColumns(dataset: Dataset, names: readonly string[] | null): Chosen {
  if (names === null) return { paths: dataset.columns.map(({ name }) => [name]), columns: dataset.columns };
  const paths = names.map((name) => {
    const shown = JSON.stringify(name);
    const reference = columnReference(name);
    if (reference === null)
      throw new TrancheError('usage', `${shown} in --columns names no column; write a, a.b, or "odd name" in quotes.`);
    try {
      return resolveColumn(reference, dataset.columns, `${shown} in --columns`);
    } catch (error) {
      throw new TrancheError('usage', messageOf(error), error);
    }
  });
  return { paths, columns: paths.map((path) => columnAt(dataset.columns, path)) };
}

/** The rows of a dataset in its order as JSON Lines, piece by piece; an unknown column is a `usage` error. A piece is the caller's. */
export async function* datasetRows(
  dataset: Dataset,
  request: RowsRequest,
  env: ReadEnv,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const { paths, columns } = chosenColumns(dataset, request.columns);
  const kernel = openKernel();
  const format = formatReaders[dataset.format];
  const reader = format.open(dataset, paths, kernel, env);
  let left = request.limit ?? Infinity;
  try {
    for (let file = 0; file < dataset.files.length && left > 0; file++) {
      for (const fragment of await format.fragments(dataset, file, paths, env, signal)) {
        if (left <= 0) return;
        for await (const batch of reader.batches(fragment, signal)) {
          const rows = Math.min(left, batch.rows);
          yield rowJson(kernel, columns, { ...batch, rows });
          left -= rows;
          if (left <= 0) break;
        }
      }
    }
  } finally {
    await reader.close();
  }
}
