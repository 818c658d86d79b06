import type { Kernel } from '../../../kernel/kernel.ts';
import type { TextColumn } from '../../../kernel/textColumn.ts';
import type { ColumnPath } from '../../model/columnType.ts';
import type { Dataset, DatasetFile } from '../../model/dataset.ts';
import { constantArea } from '../constantArea.ts';
import type { TextBatch } from '../formatReader.ts';
import type { SlotBatch } from './textBatches.ts';

/** The asked-for columns, sorted by where they come from: distinct paths in the file, and partition values. */
export interface TextColumns {
  /** Distinct paths to be read from the file; their order is that of the slots. */
  readonly paths: readonly ColumnPath[];
  /** Puts a file's partition values in place. */
  readonly startFile: (file: DatasetFile) => void;
  /** The batch in the order asked for. */
  readonly batch: (slots: SlotBatch) => TextBatch;
}

/** Prepares the areas of partition columns, once per reader. */
export function textColumns(
  dataset: Dataset,
  columns: readonly ColumnPath[],
  kernel: Kernel,
  maxRows: number,
): TextColumns {
  const encoder = new TextEncoder();
  const partitions = [...new Set(columns.flatMap((path) => partitionOf(dataset, path) ?? []))];
  const areas = partitions.map((name) => {
    const longest = dataset.files.reduce((most, file) => Math.max(most, file.partition[name]?.length ?? 0), 0);
    return { name, fill: constantArea(kernel, maxRows, 3 * longest) };
  });
  const constants = new Map<string, TextColumn>();
  const keys = new Map<string, number>();
  const paths: ColumnPath[] = [];
  const sources = columns.map((path) => {
    const partition = partitionOf(dataset, path);
    if (partition !== undefined) return partition;
    const key = JSON.stringify(path);
    const known = keys.get(key) ?? paths.push(path) - 1;
    keys.set(key, known);
    return known;
  });
  return {
    paths,
    startFile: (file) => {
      for (const { name, fill } of areas) {
        const value = file.partition[name];
        const text = value === undefined || value === null ? null : encoder.encode(value);
        constants.set(name, fill(text));
      }
    },
    batch: ({ rows, columns: read }) => {
      const chosen = sources.flatMap((source) => {
        if (typeof source === 'number') return read[source] ?? [];
        const constant = constants.get(source);
        return constant === undefined ? [] : { ...constant, nulls: constant.validity === 0 ? 0 : rows };
      });
      return { rows, columns: chosen, arrowBytes: chosen.map((c) => arrowBytes(kernel, c, rows)) };
    },
  };
}

function partitionOf(dataset: Dataset, path: ColumnPath): string | undefined {
  const [name] = path;
  return path.length === 1 && name !== undefined && dataset.partitionColumns.includes(name) ? name : undefined;
}

/** Bytes of a text column in Arrow: offsets, values, and a bitmap if there are nulls. */
function arrowBytes(kernel: Kernel, { offsets, nulls }: TextColumn, rows: number): number {
  const ends = kernel.ints(offsets, rows + 1);
  return 4 * (rows + 1) + (ends[rows] ?? 0) - (ends[0] ?? 0) + (nulls > 0 ? Math.ceil(rows / 8) : 0);
}
