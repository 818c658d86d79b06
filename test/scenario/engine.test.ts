import { existsSync, readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { until } from '../support/cli.ts';
import { watchRuns } from '../support/engine.ts';
import { useEngines } from '../support/useEngines.ts';
import { postsJsonl } from '../support/workFolder.ts';

const { folder, open } = useEngines();

describe('the engine process', () => {
  it('takes a table from footprint to results', async () => {
    const data = await folder().write('posts.jsonl', `${postsJsonl(300)}{"id":"quiet","text":null}\n`);
    const jobPath = await folder().job('posts', 'posts.jsonl', { limits: { maxRequests: 100 } });
    const engine = await open();
    const { client } = engine;
    expect(await client.call('providers/list', {})).toMatchObject([
      { name: 'rehearsal', rehearsal: true, host: null, key: 'notNeeded', problem: null },
      { name: 'openai', rehearsal: false, host: 'api.openai.com', key: 'missing', problem: null },
    ]);
    const { footprint, doing } = await client.call('dataset/profile', { id: 'p', uri: data, jobPath, exact: false });
    expect([footprint.rows.value, doing]).toEqual([301, null]);
    const { plan, job } = await client.call('job/plan', { id: 'j', jobPath });
    expect(plan.chunks).toHaveLength(3);
    expect(job).toMatchObject({ name: 'posts', path: jobPath, endpoint: '/v1/chat/completions', model: 'gpt-4o-mini' });
    const tree = await watchRuns(engine);
    const asked = { id: 'r', jobPath, provider: 'rehearsal', shownPlanHash: plan.planHash };
    const prepared = await client.call('run/prepare', asked);
    const facts = { planHash: plan.planHash, rows: 301, notPlannedRows: 1, chunks: 3, greatestCostUsd: 0 };
    expect(prepared).toMatchObject({ ...facts, resultsExist: false, unfinishedRunId: null });
    const { preparedId } = prepared;
    const consent = { preparedId, acceptedCostUsd: 0, replaceResults: false, another: false };
    const { runId } = await client.call('run/begin', consent);
    await until(() => tree.header(runId)?.state === 'finished' && tree.header(runId)?.driver.kind === 'nobody');
    const header = tree.header(runId);
    expect(header).toMatchObject({ costUsd: 0, counts: { in: 301, ok: 300, quarantined: 1 }, batchesCreated: 3 });
    expect(header).toMatchObject({ chunks: { total: 3, done: 3 }, requests: 300, answered: 300, problem: null });
    const [file = ''] = header?.results?.files ?? [];
    expect(file).toBe(path.join(folder().path, 'posts.results.rehearsal', 'results.parquet'));
    expect((await readFile(file)).subarray(0, 4).toString()).toBe('PAR1');
    const answers = await client.call('dataset/rows', { uri: file, limit: 2 });
    expect(answers).toMatchObject({ format: 'parquet', totalRows: 301, isWhole: false, uri: file });
    expect(answers.columns.map(({ name }) => name).slice(0, 2)).toEqual(['id', 'status']);
    expect(answers.rows.map(([, status]) => status)).toEqual(['ok', 'ok']);
    const failures = await client.call('dataset/rows', { uri: header?.results?.failures ?? '', limit: 10 });
    expect(failures).toMatchObject({
      totalRows: 1,
      isWhole: true,
      rows: [['quiet', 'quarantined', expect.any(String)]],
    });
    expect(await client.call('run/prepare', asked)).toMatchObject({ resultsExist: true, unfinishedRunId: null });
    const chunks = await client.call('run/chunks', { runId });
    expect(chunks).toMatchObject([{ index: 1, phase: 'done' }, { index: 2 }, { index: 3, rows: 100 }]);
    const again = await watchRuns(await open());
    expect([...again.runs.keys()]).toEqual([runId]);
    expect(again.header(runId)).toEqual(header);
    expect([...(again.runs.get(runId)?.chunks.values() ?? [])]).toMatchObject([
      { index: 1, phase: 'done', rows: 100, requests: 100, answered: 100 },
      { index: 2, phase: 'done' },
      { index: 3, phase: 'done' },
    ]);
  });

  it('stops a footprint that is cancelled, and goes on to serve', async () => {
    const data = await folder().write('posts.jsonl', postsJsonl(120_000));
    const { client } = await open();
    const stop = new AbortController();
    let snapshots = 0;
    client.on('profile/changed', ({ id, snapshot }) => {
      if (id !== 'big' || snapshot.doing === null) return;
      snapshots++;
      stop.abort();
    });
    const asked = { id: 'big', uri: data, jobPath: null, exact: true };
    await expect(client.call('dataset/profile', asked, stop.signal)).rejects.toMatchObject({ code: 'cancelled' });
    expect(snapshots).toBeGreaterThan(0);
    const small = await folder().write('few.jsonl', postsJsonl(3));
    const whole = await client.call('dataset/profile', { ...asked, id: 'small', uri: `file://${small}`, exact: false });
    expect(whole.footprint.rows.value).toBe(3);
  });

  it('renders chunk files and says how far it is', async () => {
    await folder().write('posts.jsonl', postsJsonl(20_000));
    const jobPath = await folder().job('posts', 'posts.jsonl', { limits: { maxRequests: 5_000 } });
    const { client } = await open();
    const rows: number[] = [];
    client.on('plan/changed', (news) => rows.push(news.id === 'w' ? news.rows : -1));
    const out = path.join(folder().path, 'out');
    const written = await client.call('job/render', { id: 'w', jobPath, folder: out });
    expect(written).toMatchObject({ chunks: 4, rows: 20_000 });
    expect(rows.length).toBeGreaterThan(0);
    expect(rows).not.toContain(-1);
    expect((await readFile(path.join(out, 'chunk-0004.jsonl'), 'utf8')).split('\n')).toHaveLength(5_001);
    await expect(client.call('job/render', { id: 'w', jobPath, folder: out })).rejects.toMatchObject({
      code: 'exists',
    });
  });

  it('says what is wrong with a job, and where', async () => {
    const { client } = await open();
    await folder().write('posts.jsonl', postsJsonl(3));
    const jobPath = await folder().job('posts', 'posts.jsonl');
    expect(await client.call('job/check', { jobPath })).toBeNull();
    await writeFile(jobPath, '{\n  "dataset": { "url": 1 }\n}');
    const problem = await client.call('job/check', { jobPath });
    expect(problem).toMatchObject({
      line: 2,
      column: 16,
      message: expect.stringMatching(/^Unknown key "dataset.url"/) as string,
    });
    await expect(client.call('job/plan', { id: 'j', jobPath })).rejects.toMatchObject({ code: 'badJob' });
    const gone = await client.call('job/check', { jobPath: path.join(folder().path, 'no.tranche.json') });
    expect(gone).toMatchObject({ line: null, message: expect.stringContaining('does not exist') as string });
  });

  it('tells what is wrong with the settings or the machine, and serves once that is mended', async () => {
    const { client } = await open();
    const wrong = { apiKeys: {}, openaiBaseUrl: null, maxUsd: -1, workers: null };
    await expect(client.call('engine/configure', wrong)).rejects.toMatchObject({ code: 'usage' });
    await folder().write('config.json', '{ "maxUsd": "much" }');
    const right = { ...wrong, maxUsd: null };
    await expect(client.call('engine/configure', right)).rejects.toMatchObject({ code: 'usage' });
    await expect(client.call('runs/watch', {})).rejects.toMatchObject({ code: 'usage' });
    await folder().write('config.json', '{}');
    await client.call('engine/configure', { ...right, openaiBaseUrl: 'ftp://there' });
    const [, openai] = await client.call('providers/list', {});
    expect(openai?.problem).toMatch(/^The setting tranche.openai.baseUrl must begin with "https/);
    await client.call('engine/configure', right);
    expect(await client.call('runs/watch', {})).toEqual({ runs: [], damaged: [] });
  });

  it('tells an error that it does not know, and ends', async () => {
    const bug = `data:text/javascript,setTimeout(() => { throw new RangeError('bug') }, 1500)`;
    const engine = await open({}, {}, ['--import', bug]);
    expect(await engine.exit).toBe(1);
    expect(engine.said()).toMatch(/error: The engine met an error it does not know and ends: RangeError: bug/);
  });

  it('leaves nothing of a plan that was being made when its editor closed', async () => {
    await folder().write('posts.jsonl', postsJsonl(200_000));
    const jobPath = await folder().job('posts', 'posts.jsonl');
    const engine = await open();
    const planned = path.join(folder().path, 'planned');
    const asked = { id: 'r', jobPath, provider: 'rehearsal', shownPlanHash: null };
    engine.client.call('run/prepare', asked).catch(() => undefined); // ends with the engine
    await until(() => existsSync(planned) && readdirSync(planned).length > 0);
    expect(await engine.close()).toBe(0);
    expect(readdirSync(planned)).toEqual([]);
  });

  it('ends with its editor', async () => {
    const engine = await open();
    expect(await engine.close()).toBe(0);
    await expect(engine.client.call('providers/list', {})).rejects.toMatchObject({ isGone: true });
  });
});
