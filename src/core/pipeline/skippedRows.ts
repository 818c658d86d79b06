import type { Kernel } from '../../kernel/kernel.ts';
import type { TextColumn } from '../../kernel/textColumn.ts';
import type { FatalRow, SkippedRow } from '../model/block.ts';
import type { LineBatch } from '../render/lineRenderer.ts';
import { SKIP, skipReason } from '../render/skip.ts';
import type { ScanSetup } from './scanSetup.ts';
import { isNull, quotedName, type ScanRows } from './scanRows.ts';

/** Reads a single value. */
export type Cell = (column: TextColumn, row: number) => string;

/** The texts of a row's key. */
export function keyOf(rows: ScanRows, row: number, cell: Cell): string[] {
  return rows.key.map((column) => cell(column, row));
}

function why(kernel: Kernel, setup: ScanSetup, rows: ScanRows, row: number, skip: number): string {
  if (skip === SKIP.tokens) return `its line has more than ${setup.tokens?.maxLineTokens ?? 0} tokens`;
  if (skip === SKIP.oversized) return `its line is longer than ${setup.maxLineBytes} bytes`;
  const at = rows.used.findIndex((column) => isNull(kernel, column, row));
  return at < 0 ? 'its input is empty' : `its ${quotedName(setup.template.columns[at])} is null`;
}

/** Rows [from, to) that get no line, counted from `from`. */
export function skippedRows(
  kernel: Kernel,
  setup: ScanSetup,
  rows: ScanRows,
  lines: LineBatch,
  [from, to]: readonly [from: number, to: number],
  cell: Cell,
): SkippedRow[] {
  const bytes = kernel.bytes(lines.skip + from, to - from).slice();
  const skipped: SkippedRow[] = [];
  for (let at = bytes.findIndex((byte) => byte !== 0); at >= 0 && at < bytes.length; at++) {
    const skip = bytes[at] ?? 0;
    const reason = skipReason(skip);
    if (reason === null) continue;
    const detail = why(kernel, setup, rows, from + at, skip);
    skipped.push({ row: at, key: keyOf(rows, from + at, cell), reason, detail });
  }
  return skipped;
}

/** The first skipped row that the job says to fail on. */
export function failsOn(setup: ScanSetup, skipped: readonly SkippedRow[]): FatalRow | null {
  const policyOf = ({ reason }: SkippedRow): string => (reason === 'null' ? setup.onNull : setup.oversized);
  const first = skipped.find((row) => policyOf(row) === 'fail');
  if (!first) return null;
  const key = first.key.map((part) => JSON.stringify(part)).join(', ');
  const setting = first.reason === 'null' ? 'request.onNull' : 'limits.oversized';
  return { row: first.row, problem: `(key ${key}) cannot be sent: ${first.detail}, and ${setting} is "fail".` };
}
