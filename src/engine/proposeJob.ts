import { stat } from 'node:fs/promises';
import path from 'node:path';
import { openDataset } from '../core/datasets/openDataset.ts';
import type { ProposedJob } from '../protocol/engineProtocol.ts';
import type { Engine } from './openEngine.ts';
import { placeholderName } from './placeholderName.ts';
import { guessKey, guessText } from './sampleColumns.ts';

/** Columns that a comment names. */
const NAMED = 12;
/** Endings of data files, packed ones too: a job is named like its data without them. */
const ENDINGS = /(\.(parquet|parq|pq|arrow|feather|ipc|csv|tsv|tab|psv|jsonl|ndjson|json))?(\.(gz|zst|zstd))?$/i;

interface Guess {
  /** Relative to the job's folder, `/` between parts. */
  readonly uri: string;
  readonly key: string | null;
  readonly text: string | null;
  readonly columns: readonly string[];
}

/** What cannot be looked at is told by whoever reads or writes it. */
async function isThere(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}

/** The part of a glob before its first wildcard; a path that is there stays whole, whatever it is named. */
async function fixedPart(uri: string): Promise<string> {
  const wild = uri.search(/[*?[\]{}]/);
  return wild < 0 || (await isThere(uri)) ? uri : path.dirname(`${uri.slice(0, wild)}x`);
}

async function freePath(folder: string, name: string): Promise<string> {
  for (let number = 1; ; number++) {
    const file = path.join(folder, `${name}${number === 1 ? '' : `-${number}`}.tranche.json`);
    if (!(await isThere(file))) return file;
  }
}

function columnsComment(columns: readonly string[]): string {
  const named = columns.slice(0, NAMED).map(placeholderName).join(', ');
  return columns.length > NAMED ? `${named} and ${columns.length - NAMED} more` : named;
}

/** The text of a job, with a comment wherever a person may want to look. */
function textOf({ uri, key, text, columns }: Guess): string {
  const [first = 'id'] = columns;
  const keyComment =
    key === null
      ? 'No column alone names the rows: name the one, or a list of those, that no two rows share and that is never null.'
      : 'The column that names a row: never null, and no two rows alike. A list of columns does as well.';
  const content = `{{${placeholderName(text ?? key ?? first)}}}`;
  return `{
  // One request for each row of this table.
  "dataset": {
    "uri": ${JSON.stringify(uri)},
    // ${keyComment}
    "key": ${JSON.stringify(key ?? first)}
  },
  "request": {
    "endpoint": "/v1/chat/completions",
    "model": "gpt-4o-mini",
    "body": {
      "messages": [
        { "role": "system", "content": "Say in one sentence what the text is about." },
        // Double braces stand for a cell of the row. Columns: ${columnsComment(columns)}
        { "role": "user", "content": ${JSON.stringify(content)} }
      ],
      "temperature": 0,
      // The longest answer, in tokens: it bounds what a run can cost.
      "max_completion_tokens": 200
    }
  },
  "results": {
    // Columns to carry along into the results, beside the key and the answer.
    "columns": []
  }
}
`;
}

/** Proposes a job for a dataset (absolute path, folder or glob) beside it; its columns are guessed from the first rows. */
export async function proposeJob({ env }: Engine, uri: string, signal: AbortSignal): Promise<ProposedJob> {
  const opened = await openDataset(uri, { format: null }, env, signal);
  const key = await guessKey(opened, env, signal);
  const text = await guessText(opened, key, env, signal);
  const place = await fixedPart(uri);
  const folder = path.dirname(place);
  const guess: Guess = {
    uri: path.relative(folder, uri).split(path.sep).join('/'),
    key,
    text,
    columns: opened.dataset.columns.map(({ name }) => name),
  };
  const name = path.basename(place).replace(ENDINGS, '');
  return { path: await freePath(folder, name === '' ? 'job' : name), text: textOf(guess) };
}
