import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';
import { openExtension, sampleFile, until } from './support.ts';

describe('from a table to results', () => {
  it('weighs a table on a footprint page', async () => {
    const { pages } = await openExtension();
    await vscode.commands.executeCommand('tranche.profile', sampleFile('posts.csv'));
    const page = await until(
      'the footprint',
      () => pages().find((state) => state.page === 'footprint'),
      (state) => state.state === 'done',
    );
    assert.equal(page.title, 'posts.csv');
    assert.equal(page.page === 'footprint' && page.snapshot?.footprint.rows.value, 2000);
  });

  it('plans the job beside it', async () => {
    const { pages } = await openExtension();
    await vscode.commands.executeCommand('tranche.plan', sampleFile('posts.tranche.json'));
    const page = await until(
      'the plan',
      () => pages().find((state) => state.page === 'plan'),
      (state) => state.state === 'planned',
    );
    assert.equal(page.page === 'plan' && page.planned?.plan.rows, 2000);
  });

  it('rehearses it, with rows in the tree, and opens the results', async function () {
    this.timeout(120_000);
    const { runs, rows, answer, pages, slices } = await openExtension();
    const told: string[] = [];
    answer({
      tell: async (_kind, message) => {
        told.push(message);
        return undefined;
      },
    });
    await vscode.commands.executeCommand('tranche.rehearse', sampleFile('posts.tranche.json'));
    const run = await until(
      'the run',
      () => runs()[0],
      ({ state }) => state === 'finished',
      100_000,
    );
    assert.equal(run.counts?.in, 2000);
    assert.ok(run.counts.ok > 1900);
    const [row] = rows(null);
    assert.ok(row);
    assert.equal(row.label, 'posts');
    const [chunk] = rows(row.id);
    assert.ok(chunk);
    assert.equal(rows(chunk.id).length, 6);
    await until(
      'the notice',
      () => told[0],
      (message) => message.startsWith('posts is rehearsed'),
    );
    assert.equal(told.length, 1);
    await vscode.commands.executeCommand('tranche.openResults', row.id);
    const results = await until(
      'the results',
      () => pages().find((page) => page.page === 'rows'),
      (page) => page.state === 'done',
    );
    assert.equal(results.title, 'results.parquet');
    assert.equal(results.table?.totalRows, 2000);
    assert.equal(results.table.rows.length, 1000);
    assert.equal(results.run?.counts?.in, 2000);
    await vscode.commands.executeCommand('tranche.showFailures', row.id);
    const failures = await until(
      'the failures',
      () => pages().find((page) => page.page === 'rows'),
      (page) => page.state === 'done' && page.run?.face === 'failures',
    );
    assert.equal(failures.title, 'failures.parquet');
    assert.equal(failures.table?.rows.length, 2000 - run.counts.ok);
    assert.ok(failures.table.rows.every((values) => !values.includes('ok')));
    const slowest = slices()[0];
    assert.ok(slowest !== undefined && slowest.ms < 50, `${slowest?.name} took ${slowest?.ms} ms`);
    assert.equal(path.basename(run.resultsUri), 'posts.results.rehearsal');
  });

  it('wakes up in no time', async () => {
    const { slices } = await openExtension();
    const activation = slices().find(({ name }) => name === 'activate');
    assert.ok(activation !== undefined && activation.ms < 50, `It took ${activation?.ms} ms.`);
  });
});
