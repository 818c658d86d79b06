import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openEngine, type Engine } from '../../../src/engine/openEngine.ts';
import { loadJob } from '../../../src/engine/loadJob.ts';
import { planJobFile } from '../../../src/engine/planJobFile.ts';
import { proposeJob } from '../../../src/engine/proposeJob.ts';
import { openWorkFolder, postsJsonl, type WorkFolder } from '../../support/workFolder.ts';

const NEVER = new AbortController().signal;

let folder: WorkFolder;
let engine: Engine;
beforeEach(async () => {
  folder = await openWorkFolder();
  const workerEntry = new URL('../../../dist/scanWorker.mjs', import.meta.url);
  engine = await openEngine({ environment: { TRANCHE_HOME: folder.path }, workers: 1, workerEntry });
});
afterEach(() => folder.remove());

/** Proposes a job, writes it, and gives it as it is read, with its plan's rows. */
async function proposed(
  uri: string,
): Promise<{ file: string; key: readonly string[]; uri: string; text: string; rows: number }> {
  const { path: file, text } = await proposeJob(engine, uri, NEVER);
  await writeFile(file, text);
  const { job } = await loadJob(file);
  const { plan } = await planJobFile(engine, file, { balance: null, onRows: () => undefined }, NEVER);
  expect(plan.cost.greatest.known).not.toBe('unknown');
  expect(plan.cost.warnings).toEqual([]);
  return { file: path.relative(folder.path, file), key: job.dataset.key, uri: job.dataset.uri, text, rows: plan.rows };
}

it('names the id and the longest text of JSON lines, in a job that can be planned as it is', async () => {
  const data = await folder.write('posts.jsonl', postsJsonl(50));
  const job = await proposed(data);
  expect(job).toMatchObject({ file: 'posts.tranche.json', key: ['id'], uri: data, rows: 50 });
  expect(job.text).toContain('"content": "{{text}}"');
  expect(job.text).toContain('"uri": "posts.jsonl"');
});

it('takes the next free name beside the data', async () => {
  const data = await folder.write('posts.jsonl.gz', postsJsonl(3));
  await folder.write('posts.tranche.json', '{}');
  await folder.write('posts-2.tranche.json', '{}');
  expect((await proposed(data)).file).toBe('posts-3.tranche.json');
});

it('prefers a name that says id, but not where its values are null or repeated', async () => {
  const rows = Array.from(
    { length: 20 },
    (_, row) => `u${row % 3},${row === 7 ? '' : row},p${row},${'word '.repeat(5)}`,
  );
  const data = await folder.write('a.csv', ['user_id,id,post_id,odd "body"', ...rows].join('\n'));
  const job = await proposed(data);
  expect(job.key).toEqual(['post_id']);
  expect(job.text).toContain(String.raw`"content": "{{\"odd \\\"body\\\"\"}}"`);
});

it('tells large numbers apart in full digits', async () => {
  const rows = Array.from({ length: 5 }, (_, row) => `{"key":900719925474099${row}3,"n":1,"text":"hello there"}`);
  expect((await proposed(await folder.write('a.jsonl', rows.join('\n')))).key).toEqual(['key']);
});

it('takes another column that tells rows apart, and says so where there is none', async () => {
  const some = await folder.write('some.csv', 'lang,name,text\nen,a,hello\nen,b,hello\n');
  expect((await proposed(some)).key).toEqual(['name']);
  const none = await folder.write('none.csv', 'lang,text\nen,hello\nen,hello\n');
  const { text } = await proposeJob(engine, none, NEVER);
  expect(text).toContain('// No column alone names the rows');
  expect(text).toContain('"key": "lang"');
});

it('lies beside a folder or the folder of a glob, and reads all of it', async () => {
  await folder.write('data/a.jsonl', '{"id":1,"text":"one"}\n');
  await folder.write('data/b.jsonl', '{"id":2,"text":"two"}\n');
  const all = path.join(folder.path, 'data');
  expect(await proposed(all)).toMatchObject({ file: 'data.tranche.json', key: ['id'], uri: all, rows: 2 });
  const glob = path.join(all, '*.jsonl');
  expect(await proposed(glob)).toMatchObject({ file: 'data-2.tranche.json', uri: glob, rows: 2 });
});

it('lies beside a file whose name looks like a glob', async () => {
  const data = await folder.write('of [2026]/posts {1}.jsonl', postsJsonl(3));
  expect(await proposed(data)).toMatchObject({ file: 'of [2026]/posts {1}.tranche.json', uri: data, rows: 3 });
});

it('takes no long text for a key, and reads no more of it than it takes to tell', async () => {
  const rows = Array.from({ length: 100 }, (_, row) => JSON.stringify({ text: `${row} `.repeat(10_000), lang: 'en' }));
  const { text } = await proposeJob(engine, await folder.write('long.jsonl', rows.join('\n')), NEVER);
  expect(text).toContain('// No column alone names the rows');
  expect(text).toContain('"content": "{{text}}"');
});

it('refuses what is no table', async () => {
  await expect(proposeJob(engine, path.join(folder.path, 'no.csv'), NEVER)).rejects.toMatchObject({ code: 'notFound' });
});

it.each([
  ['reviewText', 'html', 40, true],
  ['Body', 'html', 40, true],
  ['message_id', 'html', 40, true],
  ['context', 'html', 40, false],
  ['title', 'html', 8, false],
])('of %s and the larger %s, with %i characters a text, takes the one whose name says text: %s', async (...given) => {
  const [named, large, chars, isTaken] = given;
  const rows = Array.from({ length: 10 }, (_, row) =>
    JSON.stringify({ id: row, [large]: 'x'.repeat(500), [named]: 'y'.repeat(chars), empty: null }),
  );
  const { text } = await proposeJob(engine, await folder.write('named.jsonl', rows.join('\n')), NEVER);
  expect(text).toContain(`"content": "{{${isTaken ? named : large}}}"`);
});
