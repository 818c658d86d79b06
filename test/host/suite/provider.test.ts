import assert from 'node:assert/strict';
import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import type { RunHeader } from '../../../src/protocol/runSnapshot.ts';
import { startRehearsal, type RehearsalServer } from '../../../src/rehearsal/startRehearsal.ts';
import { openExtension, sampleFile, until } from './support.ts';

const RIGHT_KEY = 'right-key-0001';
const STANDS_WITHIN_MS = 60_000;
const ENDS_WITHIN_MS = 60_000;

/** A service that speaks like OpenAI's, on a port of its own that stays the same. */
async function openCompatibleService() {
  const folder = await mkdtemp(path.join(tmpdir(), 'tranche-service-'));
  const start = (port: number): Promise<RehearsalServer> => startRehearsal({ folder, port, apiKey: RIGHT_KEY });
  let server = await start(0);
  const { url, port } = server;
  return {
    url,
    stop: () => server.close(),
    start: async () => {
      server = await start(port);
    },
    batches: async (): Promise<number> => {
      const names = await readdir(path.join(folder, 'batches')).catch(() => []);
      return names.filter((name) => /^batch_\w+\.json$/.test(name)).length;
    },
    remove: async () => {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Answers as a person who runs a job at OpenAI's address, and keeps what is told. */
async function beAsked(key: () => string) {
  const { answer, runs } = await openExtension();
  const told: string[] = [];
  const asked: string[] = [];
  answer({
    pick: async () => 'openai',
    secret: async (title) => {
      asked.push(title);
      return key();
    },
    confirm: async (_message, _detail, [action]) => action,
    tell: async (kind, message) => void told.push(`${kind}: ${message}`),
  });
  const runOf = (name: string) => (): RunHeader | undefined => runs().find(({ job }) => job.name === name);
  return { told, asked, runOf };
}

async function copiedJob(name: string): Promise<vscode.Uri> {
  const job = sampleFile(`${name}.tranche.json`);
  await copyFile(sampleFile('posts.tranche.json').fsPath, job.fsPath);
  return job;
}

describe('a provider', function () {
  this.timeout(180_000);
  let service: Awaited<ReturnType<typeof openCompatibleService>>;
  const setAddress = (address: string | undefined) =>
    vscode.workspace.getConfiguration().update('tranche.openai.baseUrl', address, vscode.ConfigurationTarget.Global);

  before(async () => {
    service = await openCompatibleService();
    await setAddress(service.url);
  });
  after(async () => {
    await vscode.commands.executeCommand('tranche.removeApiKey');
    await setAddress(undefined);
    await service.remove();
  });

  it('that refuses the key is told once; with the right one the run goes on, and nothing is sent twice', async () => {
    let key = 'wrong-key-0001';
    const { told, asked, runOf } = await beAsked(() => key);
    await vscode.commands.executeCommand('tranche.run', await copiedJob('refused'));
    assert.deepEqual(asked, ['API Key for openai']);
    const look = runOf('refused');
    const isStanding = ({ problem, driver }: RunHeader): boolean => problem !== null && driver.kind === 'nobody';
    const { runId, problem } = await until('the refusal', look, isStanding, STANDS_WITHIN_MS);
    assert.match(problem ?? '', /key/i);
    assert.ok(!(problem ?? '').includes(key));
    assert.deepEqual(told, [`warning: refused needs a decision: ${problem}`]);
    assert.equal(await service.batches(), 0);

    key = RIGHT_KEY;
    await vscode.commands.executeCommand('tranche.setApiKey');
    await vscode.commands.executeCommand('tranche.resumeRun', `run/${runId}`);
    const run = await until('the end', look, ({ state }) => state === 'finished', ENDS_WITHIN_MS);
    assert.equal(run.problem, null);
    assert.equal(run.counts?.in, 2000);
    assert.equal(run.batchesCreated, run.chunks.total);
    assert.equal(await service.batches(), run.chunks.total);
    const isTold = (): string | undefined => told.find((message) => message.startsWith('info: refused is done'));
    await until('the notice', isTold, () => true);
    assert.ok(told.every((message) => !message.includes(RIGHT_KEY)));
  });

  it('that nobody answers for is told once; when it is there again the run goes on, and nothing is sent twice', async () => {
    const { told, runOf } = await beAsked(() => RIGHT_KEY);
    const before = await service.batches();
    await service.stop();
    await vscode.commands.executeCommand('tranche.run', await copiedJob('offline'));
    const look = runOf('offline');
    const isStanding = ({ problem, driver }: RunHeader): boolean => problem !== null && driver.kind === 'nobody';
    const { runId, problem } = await until('the end of patience', look, isStanding, STANDS_WITHIN_MS);
    assert.match(problem ?? '', /127\.0\.0\.1/);
    assert.deepEqual(told, [`warning: offline needs a decision: ${problem}`]);

    await service.start();
    await vscode.commands.executeCommand('tranche.resumeRun', `run/${runId}`);
    const run = await until('the end', look, ({ state }) => state === 'finished', ENDS_WITHIN_MS);
    assert.equal(run.counts?.in, 2000);
    assert.equal(run.batchesCreated, run.chunks.total);
    assert.equal((await service.batches()) - before, run.chunks.total);
    const isTold = (): string | undefined => told.find((message) => message.startsWith('info: offline is done'));
    await until('the notice', isTold, () => true);
  });
});
