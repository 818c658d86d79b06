import type { Kernel } from '../../kernel/kernel.ts';
import type { TextColumn } from '../../kernel/textColumn.ts';
import type { TextBatch } from '../datasets/formatReader.ts';
import type { FatalRow } from '../model/block.ts';
import type { ColumnPath } from '../model/columnType.ts';
import { customIds } from '../render/customId.ts';
import { textHashes } from '../render/textHashes.ts';
import type { ScanColumns } from './scanColumns.ts';
import type { TokenMeter } from './tokenMeter.ts';

/** The columns of a record batch in the roles a job gives them; they lie in the kernel until its mark is released. */
export interface ScanRows {
  /** Rows before the first one without a key. */
  readonly count: number;
  readonly key: readonly TextColumn[];
  /** The template's columns, cut where the job says so. */
  readonly used: readonly TextColumn[];
  readonly carried: readonly TextColumn[];
  readonly ids: TextColumn;
  readonly hashes: BigUint64Array;
  readonly fatal: FatalRow | null;
}

/** Whether a row of a column is null. */
export function isNull(kernel: Kernel, column: TextColumn, row: number): boolean {
  if (column.validity === 0) return false;
  return (((kernel.bytes(column.validity + (row >> 3), 1)[0] ?? 0) >> (row & 7)) & 1) === 0;
}

/** A column's name in a sentence. */
export function quotedName(path: ColumnPath | undefined): string {
  return JSON.stringify((path ?? []).join('.'));
}

function firstNull(kernel: Kernel, column: TextColumn, rows: number): number {
  if (column.nulls === 0) return rows;
  let row = 0;
  while (row < rows && !isNull(kernel, column, row)) row++;
  return row;
}

function nullKey(
  kernel: Kernel,
  columns: readonly TextColumn[],
  paths: readonly ColumnPath[],
  rows: number,
): FatalRow | null {
  let fatal: FatalRow | null = null;
  columns.forEach((column, index) => {
    const row = firstNull(kernel, column, fatal?.row ?? rows);
    if (row >= (fatal?.row ?? rows)) return;
    fatal = { row, problem: `has no key: its ${quotedName(paths[index])} is null; every row needs one.` };
  });
  return fatal;
}

/** Takes a batch apart: ids are made, texts cut, and rows from the first null key on left out. */
export function scanRows(
  kernel: Kernel,
  batch: TextBatch,
  places: ScanColumns,
  keyPaths: readonly ColumnPath[],
  meter: TokenMeter | null,
): ScanRows {
  const pick = (indexes: readonly number[]): TextColumn[] =>
    indexes.map((index) => batch.columns[index]).filter((column) => column !== undefined);
  const key = pick(places.key);
  const fatal = nullKey(kernel, key, keyPaths, batch.rows);
  const count = fatal?.row ?? batch.rows;
  const ids = customIds(kernel, key, count);
  const used = pick(places.used);
  return {
    count,
    key,
    used: meter ? meter.cutColumns(used, count) : used,
    carried: pick(places.carried),
    ids,
    hashes: textHashes(kernel, ids, 0, count),
    fatal,
  };
}
