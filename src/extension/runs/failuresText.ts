import type { FailedRow } from '../../protocol/engineProtocol.ts';
import { countOf, countText } from '../units.ts';

/** Keys and reasons come from data: whatever breaks or hides a line is shown as a space. */
function line(text: string): string {
  return text.replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ');
}

/** Rows that are not ok, one a line: key, what became of it, why. */
export function failuresText(jobName: string, total: number, rows: readonly FailedRow[]): string {
  const head = `${jobName}: ${countOf(total, 'row is', 'rows are')} not ok.`;
  const more =
    total > rows.length ? [`These are the first ${countText(rows.length)}; all are in the failures file.`] : [];
  const cells = rows.map(({ key, status, reason }) => [line(key.join(', ')), status, line(reason ?? '')] as const);
  const width = (column: 0 | 1): number => Math.min(60, Math.max(0, ...cells.map((row) => row[column].length)));
  const [keyWidth, statusWidth] = [width(0), width(1)];
  const lines = cells.map(([key, status, reason]) =>
    `${key.padEnd(keyWidth)}  ${status.padEnd(statusWidth)}  ${reason}`.trimEnd(),
  );
  return [head, ...more, '', ...lines, ''].join('\n');
}
