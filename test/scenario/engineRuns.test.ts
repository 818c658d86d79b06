import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startRehearsal, type RehearsalServer } from '../../src/rehearsal/startRehearsal.ts';
import { runCli, startCli, until } from '../support/cli.ts';
import { beginJob, watchRuns } from '../support/engine.ts';
import { json, openHttpServer } from '../support/httpServer.ts';
import { useEngines } from '../support/useEngines.ts';
import { postsJsonl } from '../support/workFolder.ts';
import { batchesPerAttempt, openApi } from './runWorld.ts';

const KEY = 'sk-editor-secret-0123456789';

const { folder, open } = useEngines();
let servers: { readonly close: () => Promise<void> }[];
beforeEach(() => {
  servers = [];
});
afterEach(async () => {
  await Promise.all(servers.map((server) => server.close()));
});

/** A service that stands for OpenAI, whose state outlives every engine. */
async function serve(faults: readonly string[] = []): Promise<RehearsalServer> {
  const server = await startRehearsal({ folder: path.join(folder().path, 'service'), faults });
  servers.push(server);
  return server;
}

async function posts(rows: number, name: string, maxRequests: number, more: object = {}): Promise<string> {
  await folder().write('posts.jsonl', postsJsonl(rows));
  return folder().job(name, 'posts.jsonl', { limits: { maxRequests }, ...more });
}

const table = (name: string): Promise<Buffer> => readFile(path.join(folder().path, name, 'results.parquet'));

/** Every text below the state folder(), to look for what must not be there. */
async function allTexts(): Promise<string> {
  const names = await readdir(folder().path, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  return (await Promise.all(files.map((file) => readFile(file, 'latin1')))).join('\n');
}

describe('a run in an engine process', () => {
  it('goes on after kill -9 to the same result table, with no batch created twice', async () => {
    const server = await serve();
    const calm = await posts(900, 'calm', 150);
    const first = await open({ apiKeys: { openai: KEY }, openaiBaseUrl: server.url });
    const tree = await watchRuns(first);
    const calmId = await beginJob(first, calm, 'openai');
    await until(() => tree.header(calmId)?.state === 'finished');
    const shaken = await posts(900, 'shaken', 150);
    const runId = await beginJob(first, shaken, 'openai', { another: true });
    await until(() => [...(tree.runs.get(runId)?.chunks.values() ?? [])].some(({ batchId }) => batchId !== null));
    await first.kill();
    const second = await open({ apiKeys: { openai: KEY }, openaiBaseUrl: server.url });
    const after = await watchRuns(second);
    expect(after.header(runId)).toMatchObject({ state: 'running', driver: { kind: 'nobody' }, problem: null });
    expect(await second.client.call('runs/resumeAll', {})).toEqual({ resumed: [runId] });
    await until(() => after.header(runId)?.state === 'finished');
    expect(after.header(runId)).toMatchObject({ batchesCreated: 6, counts: { in: 900, ok: 900 } });
    const batches = Object.values(await batchesPerAttempt(openApi(server.url), runId));
    expect(batches).toEqual([1, 1, 1, 1, 1, 1]);
    expect((await table('shaken.results')).equals(await table('calm.results'))).toBe(true);
    expect(after.header(runId)?.costUsd).toBeGreaterThan(0);
  });

  it('is sent with the key of the editor, which reaches no log and no file', async () => {
    const server = await serve();
    const job = await posts(20, 'posts', 10);
    const engine = await open({ apiKeys: { openai: KEY }, openaiBaseUrl: server.url });
    expect(await engine.client.call('providers/list', {})).toMatchObject([{}, { name: 'openai', key: 'editor' }]);
    const tree = await watchRuns(engine);
    const runId = await beginJob(engine, job, 'openai');
    await until(() => tree.header(runId)?.state === 'finished');
    await engine.close();
    expect(engine.said()).toContain(runId);
    expect(engine.said()).not.toContain(KEY);
    expect(await allTexts()).not.toContain(KEY);
  });

  it('is taken over by another window when its own closes, and followed there before', async () => {
    const server = await serve();
    const job = await posts(600, 'posts', 100);
    const settings = { apiKeys: { openai: KEY }, openaiBaseUrl: server.url };
    const [one, two] = [await open(settings), await open(settings)];
    const tree = await watchRuns(two);
    await two.client.call('runs/resumeAll', {});
    const runId = await beginJob(one, job, 'openai');
    await until(() => tree.header(runId)?.driver.kind === 'elsewhere');
    const owner = `an editor (process ${one.process.pid} on `;
    expect(tree.header(runId)?.driver).toMatchObject({ owner: expect.stringContaining(owner) as string });
    await expect(two.client.call('run/resume', { runId, replaceResults: false })).rejects.toMatchObject({
      code: 'owned',
    });
    expect(await one.close()).toBe(0);
    await until(() => tree.header(runId)?.driver.kind === 'here');
    await until(() => tree.header(runId)?.state === 'finished');
    expect(tree.header(runId)).toMatchObject({ batchesCreated: 6, counts: { in: 600, ok: 600 }, problem: null });
    expect(tree.events.get(runId)).toBeLessThan(20);
  });

  it('begun by the command line shows live, and can be cancelled from here', async () => {
    const job = await posts(60, 'posts', 20);
    const engine = await open();
    const tree = await watchRuns(engine);
    const cli = startCli(['run', job, '--provider', 'rehearsal', '--fault', 'stuck', '--json'], folder().path);
    await until(() => [...tree.runs.values()].some(({ run }) => run.answered > 0));
    const [runId = ''] = [...tree.runs.keys()];
    expect(tree.header(runId)).toMatchObject({ state: 'running', provider: 'rehearsal', rows: 60 });
    expect(tree.header(runId)?.driver).toMatchObject({
      owner: expect.stringContaining(`${cli.process.pid}`) as string,
    });
    expect(await engine.client.call('runs/resumeAll', {})).toEqual({ resumed: [] });
    await engine.client.call('run/cancel', { runId });
    const { code, stdout, stderr } = await cli.end;
    expect([code, stderr]).toEqual([3, expect.anything()]);
    expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({
      type: 'end',
      runId,
      state: 'cancelled',
    });
    await until(() => tree.header(runId)?.state === 'cancelled');
    expect(tree.header(runId)?.counts?.in).toBe(60);
  });

  it('can be cancelled by the command line, which waits for its end', async () => {
    const server = await serve(['stuck']);
    const job = await posts(60, 'posts', 20);
    const engine = await open({ apiKeys: { openai: KEY }, openaiBaseUrl: server.url });
    const tree = await watchRuns(engine);
    const runId = await beginJob(engine, job, 'openai');
    await until(() => (tree.header(runId)?.answered ?? 0) > 0);
    const { code, stdout, stderr } = await runCli(['cancel', runId, '--json'], folder().path);
    expect(stderr).toContain(`Asked an editor (process ${engine.process.pid}`);
    expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({
      type: 'end',
      runId,
      state: 'cancelled',
    });
    expect(code).toBe(3);
    await until(() => tree.header(runId)?.state === 'cancelled');
    expect(Object.values(await batchesPerAttempt(openApi(server.url), runId))).toEqual([1, 1, 1]);
  });

  it('stopped at the command line by Ctrl-C goes on when an engine comes', async () => {
    const job = await posts(100, 'posts', 50);
    const cli = startCli(['run', job, '--provider', 'rehearsal', '--json'], folder().path);
    await until(() => cli.stdout().includes('"phase":"validating"'));
    cli.process.kill('SIGINT');
    expect((await cli.end).code).toBe(130);
    const engine = await open();
    const tree = await watchRuns(engine);
    const { resumed } = await engine.client.call('runs/resumeAll', {});
    expect(resumed).toEqual([...tree.runs.keys()]);
    await until(() => [...tree.runs.values()].every(({ run }) => run.state === 'finished'));
  });
});

it('asks before it replaces the results of another run, once its own are all that is left to write', async () => {
  const job = await posts(20, 'posts', 10);
  const engine = await open();
  const tree = await watchRuns(engine);
  const runId = await beginJob(engine, job, 'rehearsal');
  await folder().write('posts.results.rehearsal/manifest.json', '{"version":1,"runId":"another"}');
  await until(() => tree.header(runId)?.problem !== null && tree.header(runId)?.driver.kind === 'nobody');
  expect(tree.header(runId)).toMatchObject({ state: 'running', chunks: { done: 2 } });
  const { client } = engine;
  await expect(client.call('run/resume', { runId, replaceResults: false })).rejects.toMatchObject({ code: 'exists' });
  await client.call('run/resume', { runId, replaceResults: true });
  await until(() => tree.header(runId)?.state === 'finished');
  expect(tree.header(runId)?.counts).toMatchObject({ in: 20, ok: 20 });
});

it('stands still with one sentence where the key is wrong, and can be cancelled', async () => {
  const deaf = await openHttpServer((_, response) => {
    json(response, { error: { message: `Incorrect API key provided: ${KEY}.`, code: 'invalid_api_key' } }, 401);
  });
  servers.push(deaf);
  await folder().write(
    'config.json',
    JSON.stringify({ providers: { local: { baseUrl: deaf.url, apiKeyEnv: 'LOCAL_KEY' } } }),
  );
  const job = await posts(20, 'posts', 10);
  const engine = await open({ apiKeys: { local: KEY } });
  const tree = await watchRuns(engine);
  const runId = await beginJob(engine, job, 'local');
  await until(() => tree.header(runId)?.driver.kind === 'nobody');
  const problem = tree.header(runId)?.problem ?? '';
  expect(problem).toMatch(/does not accept the key from "Tranche: Set API Key"; put a valid key there/);
  expect(deaf.seen.every(({ headers }) => headers.authorization === `Bearer ${KEY}`)).toBe(true);
  expect(tree.header(runId)).toMatchObject({ state: 'running', batchesCreated: 0 });
  expect(problem + engine.said()).not.toContain(KEY);
  await engine.client.call('run/cancel', { runId });
  await until(() => tree.header(runId)?.state === 'cancelled');
  expect(tree.header(runId)).toMatchObject({ problem: null, counts: { in: 20, missing: 20 } });
});

describe('what spends money', () => {
  it('is refused above the cap of the settings, the machine or the job, whichever is lowest', async () => {
    const { url } = await serve();
    const jobs = {
      plain: await posts(20, 'plain', 10),
      bound: await posts(20, 'bound', 10, { budget: { maxUsd: 1e-7 } }),
    };
    const engine = await open({ apiKeys: { openai: KEY }, openaiBaseUrl: url });
    const ask = (jobPath: string): Promise<unknown> =>
      engine.client.call('run/prepare', { id: 'a', jobPath, provider: 'openai', shownPlanHash: null });
    const configure = (maxUsd: number | null): Promise<unknown> =>
      engine.client.call('engine/configure', { apiKeys: { openai: KEY }, openaiBaseUrl: url, maxUsd, workers: 1 });
    const above = { code: 'budget', message: expect.stringContaining('more than the cap of < $0.0001') as string };
    await expect(ask(jobs.bound)).rejects.toMatchObject(above);
    await expect(ask(jobs.plain)).resolves.toMatchObject({ maxUsd: null });
    await configure(1e-7);
    await expect(ask(jobs.plain)).rejects.toMatchObject(above);
    await folder().write('config.json', '{ "maxUsd": 5 }');
    await configure(100);
    await expect(ask(jobs.plain)).resolves.toMatchObject({ maxUsd: 5 });
    await folder().write('config.json', '{ "maxUsd": 1e-7 }');
    await configure(100);
    await expect(ask(jobs.plain)).rejects.toMatchObject(above);
    expect(await readdir(path.join(folder().path, 'planned'))).toEqual([]);
  });

  it('is refused without a key, for another plan than was shown, and for another cost than was accepted', async () => {
    const { url } = await serve();
    const jobPath = await posts(20, 'posts', 10);
    const engine = await open({ openaiBaseUrl: url });
    const { client } = engine;
    const ask = { id: 'a', jobPath, provider: 'openai', shownPlanHash: null };
    await expect(client.call('run/prepare', ask)).rejects.toMatchObject({
      code: 'noKey',
      message: expect.stringContaining('Set API Key') as string,
    });
    const settings = { apiKeys: { openai: KEY }, openaiBaseUrl: url, maxUsd: null, workers: 1 };
    await client.call('engine/configure', settings);
    const stale = client.call('run/prepare', { ...ask, shownPlanHash: 'f'.repeat(64) });
    await expect(stale).rejects.toMatchObject({ code: 'stale' });
    const { preparedId, greatestCostUsd } = await client.call('run/prepare', ask);
    const begin = { preparedId, replaceResults: false, another: false };
    for (const acceptedCostUsd of ['unknown', 0, (greatestCostUsd ?? 0) * 2] as const) {
      await expect(client.call('run/begin', { ...begin, acceptedCostUsd })).rejects.toMatchObject({ code: 'budget' });
    }
    const accepted = { ...begin, acceptedCostUsd: greatestCostUsd ?? ('unknown' as const) };
    await client.call('engine/configure', { ...settings, maxUsd: 1e-7 });
    await expect(client.call('run/begin', accepted)).rejects.toMatchObject({ code: 'budget' });
    await client.call('engine/configure', { ...settings, openaiBaseUrl: 'http://127.0.0.1:9/v1' });
    await expect(client.call('run/begin', accepted)).rejects.toMatchObject({ code: 'stale' });
    await client.call('engine/configure', settings);
    const newer = await client.call('run/prepare', ask);
    await expect(client.call('run/begin', accepted)).rejects.toMatchObject({ code: 'stale' });
    await client.call('run/discard', { preparedId: newer.preparedId });
    expect(await readdir(path.join(folder().path, 'planned'))).toEqual([]);
    expect(await client.call('runs/watch', {})).toEqual({ runs: [], damaged: [] });
  });

  it('begins once, however often that is asked for', async () => {
    const server = await serve(['stuck']);
    const jobPath = await posts(20, 'posts', 10);
    const { client } = await open({ apiKeys: { openai: KEY }, openaiBaseUrl: server.url });
    const ask = { id: 'a', jobPath, provider: 'openai', shownPlanHash: null };
    const { preparedId, greatestCostUsd } = await client.call('run/prepare', ask);
    const acceptedCostUsd = greatestCostUsd ?? ('unknown' as const);
    const consent = { preparedId, acceptedCostUsd, replaceResults: false, another: true };
    const [first, second] = await Promise.allSettled([
      client.call('run/begin', consent),
      client.call('run/begin', consent),
    ]);
    expect(first.status).toBe('fulfilled');
    expect(second).toMatchObject({ status: 'rejected', reason: { code: 'stale' } });
    expect((await client.call('runs/watch', {})).runs).toHaveLength(1);
  });

  it('stands still with a problem where it cannot go on, and ends its prepared plans with the process', async () => {
    const server = await serve(['stuck']);
    const jobPath = await posts(20, 'posts', 10);
    const first = await open({ apiKeys: { openai: KEY }, openaiBaseUrl: server.url });
    const before = await watchRuns(first);
    const runId = await beginJob(first, jobPath, 'openai');
    await until(() => (before.header(runId)?.answered ?? 0) > 0);
    await first.client.call('run/prepare', { id: 'a', jobPath, provider: 'rehearsal', shownPlanHash: null });
    expect(await readdir(path.join(folder().path, 'planned'))).toHaveLength(1);
    await first.close();
    expect(await readdir(path.join(folder().path, 'planned'))).toEqual([]);
    const second = await open({ openaiBaseUrl: server.url });
    const tree = await watchRuns(second);
    expect(await second.client.call('runs/resumeAll', {})).toEqual({ resumed: [] });
    await until(() => tree.header(runId)?.problem !== null);
    expect(tree.header(runId)).toMatchObject({
      state: 'running',
      driver: { kind: 'nobody' },
      problem: expect.stringContaining('wants a key') as string,
    });
  });
});
