import assert from 'node:assert/strict';
import { copyFile, rm, writeFile, readFile } from 'node:fs/promises';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';
import { openExtension, sampleFile, until } from './support.ts';

describe('trouble', () => {
  it('says on the page that its data are gone, and that they changed', async () => {
    const { pages } = await openExtension();
    const table = sampleFile('gone.csv');
    await copyFile(sampleFile('posts.csv').fsPath, table.fsPath);
    const look = () => pages().find(({ title }) => title === 'gone.csv');
    await vscode.commands.executeCommand('tranche.profile', table);
    await until('the footprint', look, ({ state }) => state === 'done');
    await writeFile(table.fsPath, 'id,text\n1,a\n');
    await until('the change', look, ({ state }) => state === 'changed');
    await rm(table.fsPath);
    const { error } = await until('the end', look, ({ state }) => state === 'failed');
    assert.match(error?.message ?? '', /^gone\.csv is no longer there/);
  });

  it('says on the page and in Problems what is wrong with a job that was broken under its plan', async () => {
    const { pages } = await openExtension();
    const job = sampleFile('broken.tranche.json');
    const text = await readFile(sampleFile('posts.tranche.json').fsPath, 'utf8');
    await writeFile(job.fsPath, text);
    const look = () => pages().find(({ title }) => title === 'broken.tranche.json');
    await vscode.commands.executeCommand('tranche.plan', job);
    await until('the plan', look, ({ state }) => state === 'planned');
    await writeFile(job.fsPath, text.replace('"model"', '"modle"'));
    const { error } = await until('the sentence', look, ({ state }) => state === 'failed');
    assert.match(error?.message ?? '', /modle/);
    const [problem] = await until(
      'the problem',
      () => vscode.languages.getDiagnostics(job).filter(({ source }) => source === 'Tranche'),
      (all) => all.length > 0,
    );
    assert.ok(problem);
    const line = text.split('\n').findIndex((one) => one.includes('"model"'));
    assert.equal(problem.range.start.line, line);
    await writeFile(job.fsPath, text);
    await until('the mended job', look, ({ state }) => state === 'stale');
    assert.deepEqual(
      vscode.languages.getDiagnostics(job).filter(({ source }) => source === 'Tranche'),
      [],
    );
  });

  it('goes on with a run whose engine was killed, and tells nobody', async function () {
    this.timeout(120_000);
    const { runs, enginePid, answer } = await openExtension();
    const told: string[] = [];
    answer({
      tell: async (_kind, message) => void told.push(message),
      confirm: async (_message, _detail, [action]) => action,
    });
    const job = sampleFile('killed.tranche.json');
    await copyFile(sampleFile('posts.tranche.json').fsPath, job.fsPath);
    await vscode.commands.executeCommand('tranche.rehearse', job);
    const look = () => runs().find((run) => run.job.name === 'killed');
    await until('the run', look, ({ answered }) => answered > 0);
    const pid = enginePid();
    assert.ok(pid);
    process.kill(pid, 'SIGKILL');
    const run = await until('the end', look, ({ state }) => state === 'finished', 90_000);
    assert.equal(run.counts?.in, 2000);
    assert.equal(run.batchesCreated, run.chunks.total);
    assert.notEqual(enginePid(), pid);
    await until(
      'the notice',
      () => told[0],
      () => true,
    );
    assert.deepEqual(told.length, 1);
    assert.match(told[0] ?? '', /^killed is rehearsed/);
  });

  it('goes on with a run, and tells the tree of it, when a setting of the network starts the engine anew', async function () {
    this.timeout(120_000);
    const { runs, enginePid, answer } = await openExtension();
    const told: string[] = [];
    answer({
      tell: async (_kind, message) => void told.push(message),
      confirm: async (_message, _detail, [action]) => action,
    });
    const job = sampleFile('restarted.tranche.json');
    await copyFile(sampleFile('posts.tranche.json').fsPath, job.fsPath);
    await vscode.commands.executeCommand('tranche.rehearse', job);
    const look = () => runs().find((run) => run.job.name === 'restarted');
    await until('the run', look, ({ state }) => state === 'running');
    const pid = enginePid();
    const setExceptions = (hosts: readonly string[] | undefined) =>
      vscode.workspace.getConfiguration().update('http.noProxy', hosts, vscode.ConfigurationTarget.Global);
    await setExceptions(['provider.example']);
    try {
      const run = await until('the end', look, ({ state }) => state === 'finished', 90_000);
      assert.equal(run.counts?.in, 2000);
      assert.equal(run.batchesCreated, run.chunks.total);
      assert.notEqual(enginePid(), pid);
      await until(
        'the notice',
        () => told[0],
        (message) => message.startsWith('restarted is rehearsed'),
      );
    } finally {
      await setExceptions(undefined);
    }
  });

  it('cancels a run, and says what became of every row', async () => {
    const { runs, answer } = await openExtension();
    const told: string[] = [];
    answer({
      tell: async (_kind, message) => void told.push(message),
      confirm: async (_message, _detail, [action]) => action,
    });
    const job = sampleFile('cancelled.tranche.json');
    await copyFile(sampleFile('posts.tranche.json').fsPath, job.fsPath);
    await vscode.commands.executeCommand('tranche.rehearse', job);
    const look = () => runs().find((run) => run.job.name === 'cancelled');
    const { runId } = await until('the run', look, ({ state }) => state === 'running');
    await vscode.commands.executeCommand('tranche.cancelRun', `run/${runId}`);
    const run = await until('the end', look, ({ state }) => state === 'cancelled');
    const { in: all, ...outcomes } = run.counts ?? { in: 0 };
    assert.equal(all, 2000);
    assert.equal(
      Object.values(outcomes).reduce((sum, count) => sum + count, 0),
      2000,
    );
    await until(
      'the notice',
      () => told[0],
      (message) => message.startsWith('cancelled was cancelled'),
    );
  });

  it('says in one sentence what is wrong with what a command was called on', async () => {
    const { answer } = await openExtension();
    const told: string[] = [];
    answer({ tell: async (_kind, message) => void told.push(message) });
    await vscode.commands.executeCommand('tranche.plan', sampleFile('nowhere.csv'));
    assert.equal(told.length, 1);
    assert.match(told[0] ?? '', /nowhere\.csv/);
  });
});
