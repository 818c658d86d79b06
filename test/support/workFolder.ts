import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface WorkFolder {
  readonly path: string;
  /** Writes a file, folders included, and gives its absolute path. */
  readonly write: (name: string, content: string | Uint8Array) => Promise<string>;
  /** Writes `<name>.tranche.json`: a chat job over `uri` keyed by `id` with `{{text}}`, overridden key by key. */
  readonly job: (name: string, uri: string, overrides?: JobOverrides) => Promise<string>;
  readonly remove: () => Promise<void>;
}

export interface JobOverrides {
  readonly dataset?: object;
  readonly request?: object;
  readonly limits?: object;
  readonly results?: object;
  readonly budget?: object;
  readonly provider?: string;
  readonly content?: string;
}

/** A temporary folder of one test. */
export async function openWorkFolder(): Promise<WorkFolder> {
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), 'tranche-test-')));
  const write: WorkFolder['write'] = async (name, content) => {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content);
    return file;
  };
  return {
    path: folder,
    write,
    job: (name, uri, { content = '{{text}}', dataset, request, ...rest } = {}) => {
      const body = {
        messages: [
          { role: 'system', content: 'Classify the post.' },
          { role: 'user', content },
        ],
        max_completion_tokens: 40,
      };
      const job = {
        dataset: { uri, key: 'id', ...dataset },
        request: { endpoint: '/v1/chat/completions', model: 'gpt-4o-mini', body, ...request },
        ...rest,
      };
      return write(`${name}.tranche.json`, JSON.stringify(job, null, 2));
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** `rows` posts as JSON Lines: ids `post-1`, `post-2`, ... and texts of some hundred bytes. */
export function postsJsonl(rows: number): string {
  let text = '';
  for (let row = 1; row <= rows; row++) {
    const words = `Post ${row} about "ferries" and größe 漢字 👍\n`.repeat(1 + (row % 5));
    text += `${JSON.stringify({ id: `post-${row}`, text: words, lang: row % 2 ? 'en' : 'de' })}\n`;
  }
  return text;
}
