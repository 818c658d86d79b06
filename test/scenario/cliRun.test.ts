import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { OpenAI } from 'openai';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startRehearsal } from '../../src/rehearsal/startRehearsal.ts';
import { runCli, startCli, until } from '../support/cli.ts';
import { openWorkFolder, postsJsonl, type WorkFolder } from '../support/workFolder.ts';

let folder: WorkFolder;
beforeEach(async () => {
  folder = await openWorkFolder();
});
afterEach(() => folder.remove());

const lines = (text: string): Record<string, unknown>[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

async function query(sql: string): Promise<Record<string, unknown>[]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(sql)).getRowObjectsJson();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** Batches that the rehearsal of a run has, counted by a client we did not write. */
async function batchesOf(home: string, runId: string): Promise<number> {
  const server = await startRehearsal({ folder: path.join(home, 'runs', runId, 'rehearsal') });
  try {
    const client = new OpenAI({ apiKey: 'none', baseURL: server.url });
    let count = 0;
    for await (const batch of client.batches.list({ limit: 100 })) if (batch.id) count++;
    return count;
  } finally {
    await server.close();
  }
}

describe('tranche run', () => {
  it('sends a table to the rehearsal, joins the answers and accounts for each row', async () => {
    const posts = `${postsJsonl(230)}{"id":"quiet","text":null}\n`;
    await folder.write('posts.jsonl', posts);
    const job = await folder.job('posts', 'posts.jsonl', {
      limits: { maxRequests: 100 },
      results: { columns: ['lang'], formats: ['parquet', 'jsonl'] },
    });
    const { code, stdout, stderr } = await runCli(['run', job, '--provider', 'rehearsal', '--json'], folder.path);
    const end = lines(stdout).at(-1);
    expect(end, stderr).toMatchObject({
      type: 'end',
      state: 'finished',
      rows: { in: 231, ok: 230, quarantined: 1 },
      batches: { created: 3 },
      costUsd: 0,
    });
    expect(code).toBe(3);
    const results = path.join(folder.path, 'posts.results.rehearsal');
    expect(end?.['results']).toEqual([path.join(results, 'results.parquet'), path.join(results, 'results.jsonl')]);
    const rows = await query(`SELECT * FROM read_parquet('${results}/results.parquet')`);
    expect(rows.map((row) => row['id'])).toEqual(lines(posts).map((row) => row['id']));
    expect(rows[0]).toMatchObject({ id: 'post-1', lang: 'en', status: 'ok', finish_reason: 'stop', error: null });
    expect(rows.at(-1)).toMatchObject({ id: 'quiet', status: 'quarantined', content: null });
    const failures = await query(`SELECT * FROM read_parquet('${results}/failures.parquet')`);
    expect(failures).toMatchObject([{ id: 'quiet', status: 'quarantined' }]);
    const manifest = JSON.parse(await readFile(path.join(results, 'manifest.json'), 'utf8')) as object;
    expect(manifest).toMatchObject({ rows: { in: 231, ok: 230, quarantined: 1 } });
  });

  it('goes on after kill -9 to the same result table, with no batch created twice', async () => {
    await folder.write('posts.jsonl', postsJsonl(1000));
    const calm = await folder.job('calm', 'posts.jsonl', { limits: { maxRequests: 150 }, results: { uri: 'calm' } });
    expect((await runCli(['run', calm, '--provider', 'rehearsal'], folder.path)).code).toBe(0);
    const shaken = await folder.job('shaken', 'posts.jsonl', {
      limits: { maxRequests: 150 },
      results: { uri: 'shaken' },
    });
    const first = startCli(['run', shaken, '--provider', 'rehearsal', '--new', '--json'], folder.path);
    await until(() => /"phase":"(validating|inProgress)"/.test(first.stdout()));
    first.process.kill('SIGKILL');
    await first.end;
    const runId = String(lines(first.stdout().slice(0, first.stdout().lastIndexOf('\n')))[0]?.['runId']);
    const { code, stdout, stderr } = await runCli(['resume', runId, '--json'], folder.path);
    expect(code, stderr).toBe(0);
    expect(lines(stdout).at(-1)).toMatchObject({ rows: { in: 1000, ok: 1000 }, batches: { created: 7 } });
    expect(await batchesOf(folder.path, runId)).toBe(7);
    const table = (name: string): Promise<Buffer> =>
      readFile(path.join(folder.path, `${name}.rehearsal/results.parquet`));
    expect((await table('shaken')).equals(await table('calm'))).toBe(true);
  });

  it('stops at Ctrl-C with exit code 130, says how to go on, and goes on with the same run', async () => {
    await folder.write('posts.jsonl', postsJsonl(300));
    const job = await folder.job('posts', 'posts.jsonl');
    const first = startCli(['run', job, '--provider', 'rehearsal', '--json'], folder.path);
    await until(() => first.stdout().includes('"phase":"validating"'));
    first.process.kill('SIGINT');
    const { code, stderr } = await first.end;
    expect(code).toBe(130);
    const runId = /tranche resume (\S+)/.exec(stderr)?.[1] ?? '';
    const second = await runCli(['run', job, '--provider', 'rehearsal', '--json'], folder.path);
    expect(second.stderr).toContain(`Run ${runId} of this plan is unfinished`);
    expect(lines(second.stdout).at(-1)).toMatchObject({ runId, rows: { in: 300, ok: 300 }, batches: { created: 1 } });
    expect(second.code).toBe(0);
  });

  it('has one owner: resume refuses, names it, and disturbs nothing', async () => {
    await folder.write('posts.jsonl', postsJsonl(200));
    const job = await folder.job('posts', 'posts.jsonl');
    const first = startCli(['run', job, '--provider', 'rehearsal', '--json'], folder.path);
    await until(() => first.stdout().includes('"phase"'));
    const runId = String(lines(first.stdout().slice(0, first.stdout().lastIndexOf('\n')))[0]?.['runId']);
    const second = await runCli(['resume', runId], folder.path);
    expect(second).toMatchObject({ code: 2, stdout: '' });
    expect(second.stderr).toContain(String(first.process.pid));
    expect((await first.end).code).toBe(0);
  });

  it('cancels at the provider and keeps what was done', async () => {
    await folder.write('posts.jsonl', postsJsonl(300));
    const job = await folder.job('posts', 'posts.jsonl', { limits: { maxRequests: 100 } });
    const first = startCli(['run', job, '--provider', 'rehearsal', '--json'], folder.path);
    await until(() => first.stdout().includes('"phase":"validating"'));
    first.process.kill('SIGTERM');
    const runId = /tranche resume (\S+)/.exec((await first.end).stderr)?.[1] ?? '';
    const { code, stdout, stderr } = await runCli(['cancel', runId, '--json'], folder.path);
    expect(lines(stdout).at(-1), stderr).toMatchObject({ type: 'end', runId, state: 'cancelled' });
    expect(code).toBe(3);
    const status = await runCli(['status', runId, '--json'], folder.path);
    expect(JSON.parse(status.stdout)).toMatchObject({ runId, state: 'cancelled' });
    const list = await runCli(['runs', '--json'], folder.path);
    expect(JSON.parse(list.stdout)).toMatchObject([{ runId, provider: 'rehearsal' }]);
  });

  it('never overwrites the results of another run without --replace', async () => {
    await folder.write('posts.jsonl', postsJsonl(10));
    const job = await folder.job('posts', 'posts.jsonl');
    expect((await runCli(['run', job, '--provider', 'rehearsal'], folder.path)).code).toBe(0);
    const again = await runCli(['run', job, '--provider', 'rehearsal'], folder.path);
    expect(again.code).toBe(2);
    expect(again.stderr).toMatch(/posts\.results\.rehearsal already holds the results of run .*--replace/);
    expect((await runCli(['run', job, '--provider', 'rehearsal', '--replace'], folder.path)).code).toBe(0);
  });
});
