import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Fragment } from '../../src/core/model/dataset.ts';
import { jobSetup } from '../../src/core/pipeline/jobSetup.ts';
import { jobFragments, openJob } from '../../src/core/pipeline/openJob.ts';
import { loadJob } from '../../src/engine/loadJob.ts';
import { openReadEnv } from '../../src/engine/readEnv.ts';
import { openWorkThreads } from '../../src/platform/workThreads.ts';
import { openWorkFolder, postsJsonl, type WorkFolder } from '../support/workFolder.ts';

const entry = new URL('../../dist/scanWorker.mjs', import.meta.url);
const never = new AbortController().signal;

let folder: WorkFolder;
beforeEach(async () => {
  folder = await openWorkFolder();
});
afterEach(() => folder.remove());

/** A job over posts, its file cut into ranges of `bytes`. */
async function scan(rows: number, bytes: number) {
  await folder.write('posts.jsonl', postsJsonl(rows));
  const { job, source } = await loadJob(await folder.job('posts', 'posts.jsonl'));
  const env = await openReadEnv();
  const opened = await openJob(job, source, env, never);
  const size = opened.dataset.files[0]?.sizeBytes ?? 0;
  await jobFragments(opened, false, env, never);
  const fragments: Fragment[] = [];
  for (let from = 0; from < size; from += bytes) {
    const to = from + bytes < size ? from + bytes : null;
    fragments.push({ file: 0, rows: null, part: { kind: 'bytes', from, to } });
  }
  return { setup: jobSetup(opened, 'render', false), fragments };
}

const threads = (workers: number, blocksInFlight = 6) => openWorkThreads({ workers, entry, blocksInFlight });

async function linesOf(workers: number, { setup, fragments }: Awaited<ReturnType<typeof scan>>): Promise<string> {
  let text = '';
  for await (const { output, release } of threads(workers).run('scan', setup, fragments, never)) {
    text += Buffer.from(output.bytes ?? []).toString();
    release();
  }
  return text;
}

describe('worker threads', () => {
  it('give the blocks of many fragments in order, the same for any number of workers', async () => {
    const work = await scan(2000, 20_000);
    expect(work.fragments.length).toBeGreaterThan(10);
    const one = await linesOf(1, work);
    expect(one.split('\n').length).toBe(2001);
    expect(one.match(/"custom_id":"post-(\d+)"/g)?.slice(0, 2)).toEqual([
      '"custom_id":"post-1"',
      '"custom_id":"post-2"',
    ]);
    expect(await linesOf(3, work)).toBe(one);
  });

  it('throw the error of the first failing fragment in order, after what came before it', async () => {
    const work = await scan(500, 20_000);
    await folder.write('posts.jsonl', `${postsJsonl(300)}{"id":"x","text":}\n${postsJsonl(200)}`);
    const reading = linesOf(2, {
      ...work,
      fragments: [{ file: 0, rows: null, part: { kind: 'bytes', from: 0, to: null } }],
    });
    await expect(reading).rejects.toThrow(/posts\.jsonl/);
  });

  it('stop at once when the signal aborts, and when the reader leaves early', async () => {
    const { setup, fragments } = await scan(2000, 20_000);
    const controller = new AbortController();
    const blocks = threads(2).run('scan', setup, fragments, controller.signal);
    await blocks.next();
    controller.abort();
    await expect(
      (async () => {
        for await (const { release } of blocks) release();
      })(),
    ).rejects.toMatchObject({ code: 'cancelled' });
    for await (const { output } of threads(2).run('scan', setup, fragments, never)) {
      expect(output.rows).toBeGreaterThan(0);
      break;
    }
  });

  it('hold back workers whose blocks nobody takes, and never deadlock however few may wait', async () => {
    const work = await scan(2000, 20_000);
    let rows = 0;
    for await (const { output, release } of threads(3, 1).run('scan', work.setup, work.fragments, never)) {
      rows += output.rows;
      release();
    }
    expect(rows).toBe(2000);
  });

  it('end in one sentence when a worker cannot start', async () => {
    const { setup, fragments } = await scan(10, 20_000);
    const broken = openWorkThreads({ workers: 1, entry: new URL('file:///no/such/worker.mjs'), blocksInFlight: 4 });
    await expect(
      (async () => {
        for await (const { release } of broken.run('scan', setup, fragments, never)) release();
      })(),
    ).rejects.toThrow(/A worker stopped/);
  });
});
