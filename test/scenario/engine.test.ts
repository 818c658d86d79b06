import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { until } from '../support/cli.ts';
import { startEngine, watchRuns, type RunningEngine } from '../support/engine.ts';
import { openWorkFolder, postsJsonl, type WorkFolder } from '../support/workFolder.ts';

let folder: WorkFolder;
let engines: RunningEngine[];
beforeEach(async () => {
  folder = await openWorkFolder();
  engines = [];
});
afterEach(async () => {
  await Promise.all(engines.map((engine) => engine.close()));
  await folder.remove();
});

async function open(
  ...more: [settings?: Parameters<typeof startEngine>[1], env?: Record<string, string>]
): Promise<RunningEngine> {
  const engine = await startEngine(folder.path, ...more);
  engines.push(engine);
  return engine;
}

it('takes a table from footprint to results', async () => {
  const data = await folder.write('posts.jsonl', postsJsonl(300));
  const jobPath = await folder.job('posts', 'posts.jsonl', { limits: { maxRequests: 100 } });
  const engine = await open();
  const { client } = engine;
  expect(await client.call('providers/list', {})).toMatchObject([
    { name: 'rehearsal', rehearsal: true, host: null, key: 'notNeeded', problem: null },
    { name: 'openai', rehearsal: false, host: 'api.openai.com', key: 'missing', problem: null },
  ]);
  const { footprint, doing } = await client.call('dataset/profile', { id: 'p', uri: data, jobPath, exact: false });
  expect([footprint.rows.value, doing]).toEqual([300, null]);
  const { plan, job } = await client.call('job/plan', { id: 'j', jobPath });
  expect(plan.chunks).toHaveLength(3);
  expect(job).toMatchObject({ name: 'posts', path: jobPath, endpoint: '/v1/chat/completions', model: 'gpt-4o-mini' });
  const tree = await watchRuns(engine);
  const asked = { id: 'r', jobPath, provider: 'rehearsal', shownPlanHash: plan.planHash };
  const prepared = await client.call('run/prepare', asked);
  expect(prepared).toMatchObject({
    planHash: plan.planHash,
    rows: 300,
    chunks: 3,
    greatestCostUsd: 0,
    resultsExist: false,
  });
  const { runId } = await client.call('run/begin', {
    preparedId: prepared.preparedId,
    acceptedCostUsd: 0,
    replaceResults: false,
    another: false,
  });
  await until(() => tree.header(runId)?.state === 'finished');
  expect(tree.header(runId)).toMatchObject({
    costUsd: 0,
    counts: { in: 300, ok: 300 },
    batchesCreated: 3,
    chunks: { total: 3, done: 3 },
  });
  const [file = ''] = tree.header(runId)?.results?.files ?? [];
  expect(file).toBe(path.join(folder.path, 'posts.results.rehearsal', 'results.parquet'));
  expect((await readFile(file)).subarray(0, 4).toString()).toBe('PAR1');
});
