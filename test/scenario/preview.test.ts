import { readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { python } from '../support/python.ts';
import { useEngines } from '../support/useEngines.ts';
import { postsJsonl } from '../support/workFolder.ts';

const { folder, open } = useEngines();

/** The same posts in three formats. */
async function putPosts(rows: number): Promise<string[]> {
  const jsonl = await folder().write('posts.jsonl', postsJsonl(rows));
  const script = `
import sys, json, pyarrow as pa, pyarrow.parquet as pq, pyarrow.csv as csv
table = pa.Table.from_pylist([json.loads(line) for line in open(sys.argv[1])])
pq.write_table(table, sys.argv[2] + '/posts.parquet', row_group_size=200)
csv.write_csv(table, sys.argv[2] + '/posts.csv')`;
  await python(script, [jsonl, folder().path]);
  return ['posts.jsonl', 'posts.csv', 'posts.parquet'];
}

describe('the first lines of a batch file', () => {
  it('are those that rendering writes', async () => {
    const { client } = await open();
    const other = await open();
    for (const name of await putPosts(1030)) {
      const jobPath = await folder().job(name, name, { limits: { maxRequests: 250 } });
      const { plan } = await client.call('job/plan', { id: 'j', jobPath });
      const out = path.join(folder().path, `${name}.out`);
      await client.call('job/render', { id: 'w', jobPath, folder: out });
      expect(plan.chunks).toHaveLength(5);
      for (const chunk of [plan.chunks[0], plan.chunks[3], plan.chunks[4]]) {
        if (chunk === undefined) throw new Error('A chunk is missing.');
        const asked = { jobPath, planHash: plan.planHash, chunk, lines: 50 };
        const { text, rows, isWhole } = await client.call('job/preview', asked);
        const file = await readFile(path.join(out, `chunk-000${chunk.index}.jsonl`), 'utf8');
        expect([rows, isWhole]).toEqual(chunk.index === 5 ? [30, true] : [50, false]);
        expect(text).toBe(file.split('\n').slice(0, rows).join('\n') + '\n');
        expect(await other.client.call('job/preview', asked)).toEqual({ text, rows, isWhole });
      }
    }
  });

  it('are refused once the data or the request are not those of the plan, whoever made it', async () => {
    const file = await folder().write('posts.jsonl', postsJsonl(300));
    const jobPath = await folder().job('posts', 'posts.jsonl');
    const [one, other] = [(await open()).client, (await open()).client];
    const { plan } = await one.call('job/plan', { id: 'j', jobPath });
    const chunk = { index: 1, firstRow: 0, endRow: 300 };
    const asked = { jobPath, planHash: plan.planHash, chunk, lines: 2 };
    const stale = {
      code: 'stale',
      message: 'The data or the job posts changed since the plan was made; plan it again, then look at its files.',
    };
    await folder().job('posts', 'posts.jsonl', { budget: { maxUsd: 1 } });
    expect((await one.call('job/preview', asked)).rows).toBe(2);
    await folder().job('posts', 'posts.jsonl', { content: 'Say {{text}}' });
    for (const client of [one, other]) await expect(client.call('job/preview', asked)).rejects.toMatchObject(stale);
    await folder().job('posts', 'posts.jsonl');
    await writeFile(file, postsJsonl(300).replace('Post 7', 'Past 7'));
    await utimes(file, new Date(), new Date(Date.now() + 5000));
    for (const client of [one, other]) await expect(client.call('job/preview', asked)).rejects.toMatchObject(stale);
  });

  it('are not waited for once nobody wants them', async () => {
    await folder().write('posts.jsonl', postsJsonl(20_000));
    const jobPath = await folder().job('posts', 'posts.jsonl');
    const { client } = await open();
    const { plan } = await client.call('job/plan', { id: 'j', jobPath });
    const stop = new AbortController();
    const chunk = { index: 1, firstRow: 19_000, endRow: 20_000 };
    const asked = client.call('job/preview', { jobPath, planHash: plan.planHash, chunk, lines: 9 }, stop.signal);
    stop.abort();
    await expect(asked).rejects.toMatchObject({ code: 'cancelled' });
  });
});

it('says which chunk files stay when rendering is stopped, and begins anew in the same folder', async () => {
  await folder().write('posts.jsonl', postsJsonl(150_000));
  const jobPath = await folder().job('posts', 'posts.jsonl', { limits: { maxRequests: 300 } });
  const { client } = await open();
  const stop = new AbortController();
  client.on('plan/changed', ({ chunks }) => {
    if (chunks > 0) stop.abort();
  });
  const out = path.join(folder().path, 'out');
  const asked = { id: 'w', jobPath, folder: out };
  const refusal: unknown = await client.call('job/render', asked, stop.signal).catch((error: unknown) => error);
  const whole = (await readdir(out)).filter((name) => name.endsWith('.jsonl'));
  expect(whole.length).toBeGreaterThan(0);
  expect(whole.length).toBeLessThan(500);
  expect(refusal).toMatchObject({
    code: 'cancelled',
    message: expect.stringMatching(
      new RegExp(`^Stopped: ${whole.length} whole chunk files? stays? in .*/out. There is no manifest.json`),
    ) as string,
  });
  expect(await readdir(out)).not.toContain('manifest.json');
  expect(await client.call('job/render', asked)).toMatchObject({ chunks: 500, rows: 150_000 });
});
