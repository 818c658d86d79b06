import type { RowsPageState } from '../../../src/protocol/pageProtocol.ts';

type Table = NonNullable<RowsPageState['table']>;

/** A table of the rows page, and what is said around it. */
function rowsState(table: Table | null, more: Partial<RowsPageState> = {}): RowsPageState {
  return { page: 'rows', title: 'posts.csv', where: 'sample', state: 'done', table, error: null, run: null, ...more };
}

const TOPICS = ['ferries', 'weather', 'housing', 'schools', 'harbour'] as const;
const OUTCOMES = ['failed', 'refused', 'truncated', 'invalid', 'expired', 'missing', 'quarantined'] as const;
const COLUMNS = [
  { name: 'id', type: 'utf8' },
  { name: 'lang', type: 'utf8' },
  { name: 'status', type: 'utf8' },
  { name: 'content', type: 'utf8' },
  { name: 'topic', type: 'utf8' },
  { name: 'score', type: 'float64' },
  { name: 'finish_reason', type: 'utf8' },
  { name: 'prompt_tokens', type: 'int64' },
  { name: 'error', type: 'utf8' },
] as const;

function answer(row: number): (string | null)[] {
  const topic = TOPICS[row % TOPICS.length] ?? '';
  const id = `post-${String(row + 1).padStart(4, '0')}`;
  const lang = row % 7 === 3 ? '' : row % 11 === 4 ? null : 'en';
  if (row % 9 === 5) return [id, lang, OUTCOMES[row % 7] ?? '', null, null, null, null, null, 'its text is empty'];
  const content = JSON.stringify({
    topic,
    sentiment: 'mild',
    why: `The post is about ${topic}.`,
    id: 9007199254740993n.toString(),
  });
  return [id, lang, 'ok', content, topic, `0.${row % 9}5`, 'stop', String(140 + row), null];
}

const COUNTS = {
  in: 63_666,
  ok: 63_600,
  failed: 9,
  refused: 4,
  truncated: 7,
  invalid: 12,
  expired: 0,
  missing: 0,
  quarantined: 34,
} as const;

/** The results of a run of many rows. */
export function resultRows(more: Partial<RowsPageState> = {}): RowsPageState {
  const rows = Array.from({ length: 1_000 }, (_, row) => answer(row));
  const table: Table = {
    uri: '/data/posts.results/results.parquet',
    format: 'parquet',
    columns: COLUMNS,
    rows,
    cutCells: [{ row: 1, column: 3, bytes: 48_200 }],
    totalRows: 63_666,
    isWhole: false,
  };
  const run = { jobName: 'posts', face: 'results', hasFailures: true, counts: COUNTS } as const;
  return rowsState(table, { title: 'results.parquet', where: 'sample/posts.results', run, ...more });
}

/** Its rows that are not ok. */
export function failureRows(): RowsPageState {
  const rows = OUTCOMES.map((status, row) => [`post-${row + 17}`, status, 'The service answered with an error: 500.']);
  const columns = ['id', 'status', 'error'].map((name) => ({ name, type: 'utf8' }));
  const uri = '/data/posts.results/failures.parquet';
  const table = { uri, format: 'parquet', columns, rows, cutCells: [], totalRows: rows.length, isWhole: true } as const;
  const run = { jobName: 'posts', face: 'failures', hasFailures: true, counts: COUNTS } as const;
  return rowsState(table, { title: 'failures.parquet', where: 'sample/posts.results', run });
}

/** A table of texts in several scripts, some long, with null and empty ones. */
export function plainRows(more: Partial<RowsPageState> = {}): RowsPageState {
  const long = 'The ferry was late again, and nobody at the pier could say why. '.repeat(15);
  const rows = [
    ['1', 'null', long, '[1,2,[3,{"a":null}]]'],
    ['2', null, '', '{}'],
    ['3', 'de', 'Zwei Zeilen:\n\tdie zweite', null],
    ['4', 'ar', 'تأخرت العبّارة مرة أخرى', 'not json {'],
    ['5', 'ja', 'フェリーがまた遅れた', '{"n":9007199254740993,"t":"a, b: {c}"}'],
  ];
  const columns = [
    { name: 'id', type: 'int' },
    { name: 'lang', type: 'text' },
    { name: 'text', type: 'text' },
    { name: 'meta', type: 'text' },
  ];
  const table: Table = {
    uri: '/data/posts.csv',
    format: 'csv',
    columns,
    rows,
    cutCells: [],
    totalRows: 5,
    isWhole: true,
  };
  return rowsState(table, more);
}

/** A table of many columns, of which nobody knows how many rows it has. */
export function wideRows(columns = 500): RowsPageState {
  const names = Array.from({ length: columns }, (_, index) => `feature_${String(index).padStart(3, '0')}`);
  const rows = Array.from({ length: 200 }, (_, row) =>
    names.map((_name, index) => String((row * 31 + index * 17) % 997)),
  );
  const table: Table = {
    uri: '/data/wide.csv',
    format: 'csv',
    columns: names.map((name) => ({ name, type: 'int' })),
    rows,
    cutCells: [],
    totalRows: null,
    isWhole: false,
  };
  return rowsState(table, { title: 'wide.csv' });
}

/** A table without rows. */
export function noRows(): RowsPageState {
  const { table, ...state } = plainRows();
  return { ...state, table: table === null ? null : { ...table, rows: [], totalRows: 0 } };
}
