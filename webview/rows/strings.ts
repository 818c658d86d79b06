import { countOf, countText } from '../../src/protocol/numberTexts.ts';

/** Every text of the rows page. */
export const ROWS = {
  formats: { parquet: 'Parquet', arrow: 'Arrow', csv: 'CSV', jsonl: 'JSON Lines' },
  all: (shown: number) => (shown === 1 ? 'its only row' : `all ${countText(shown)} rows`),
  first: (shown: number, total: number | null) =>
    total === null
      ? `first ${countOf(shown, 'row', 'rows')} of more`
      : `first ${countText(shown)} of ${countOf(total, 'row', 'rows')}`,
  none: 'no rows',
  columns: (count: number) => countOf(count, 'column', 'columns'),
  reading: 'Reading the first rows',
  profile: 'Show Footprint',
  reveal: 'Reveal File',
  revealHint: 'Shows where the file lies',
  readAgain: 'Read Again',
  showLog: 'Show Log',
  changed: 'The table changed on disk since it was read. These are the rows from before.',
  empty: 'This table has no rows.',
  noColumns: 'This table has no columns.',
  faces: {
    label: 'Rows of the run',
    results: 'All rows',
    failures: 'Not ok',
    counted: (name: string, count: number) => `${name} (${countText(count)})`,
  },
  outcomes: {
    ok: 'ok',
    failed: 'failed',
    refused: 'refused',
    truncated: 'truncated',
    invalid: 'invalid',
    expired: 'expired',
    missing: 'missing',
    quarantined: 'quarantined',
  },
  outcomesLabel: 'How the rows of the run ended',
  said: {
    reading: 'Reading the first rows.',
    done: (rows: string) => `The rows are ready: ${rows}.`,
    changed: 'The table changed on disk.',
    failed: (message: string) => `Reading failed. ${message}`,
  },
  grid: {
    title: 'Rows',
    row: 'Row',
    null: 'null',
    emptyText: 'empty',
  },
  row: {
    title: (row: string) => `Row ${row}`,
    hint: 'Select a row to read all of it here.',
    cutNote: (bytes: string) => `only the beginning of ${bytes}`,
  },
} as const;
