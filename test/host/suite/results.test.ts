import assert from 'node:assert/strict';
import { appendFile, copyFile, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';
import { openExtension, sampleFile, until } from './support.ts';

const ODD = 'odd #1 [a] {b,c} !50%?.csv';

async function rehearsed(job: vscode.Uri) {
  const { runs, answer } = await openExtension();
  const told: string[] = [];
  answer({
    confirm: async (_message, _detail, [action]) => action,
    tell: async (kind, message) => void told.push(`${kind}: ${message}`),
  });
  await vscode.commands.executeCommand('tranche.rehearse', job);
  const look = () => runs().find((run) => run.job.path === job.fsPath);
  const run = await until('the end', look, ({ state }) => state === 'finished', 60_000);
  await until(
    'the notice',
    () => told.find((message) => message.startsWith(`info: ${run.job.name} `)),
    () => true,
  );
  return { run, told };
}

describe('results', function () {
  this.timeout(120_000);

  it('that are lines only open as text, and are said to be gone once they are', async () => {
    const job = sampleFile('lines.tranche.json');
    const text = await readFile(sampleFile('posts.tranche.json').fsPath, 'utf8');
    await writeFile(job.fsPath, text.replace('"columns"', '"formats": ["jsonl"], "columns"'));
    const { run, told } = await rehearsed(job);
    await vscode.commands.executeCommand('tranche.openResults', `run/${run.runId}`);
    await until(
      'the lines',
      () => vscode.window.activeTextEditor?.document.uri.fsPath,
      (file) => file === path.join(run.resultsUri, 'results.jsonl'),
    );
    await rename(run.resultsUri, `${run.resultsUri}.elsewhere`);
    for (const command of ['tranche.openResults', 'tranche.revealResults', 'tranche.showFailures'])
      await vscode.commands.executeCommand(command, `run/${run.runId}`);
    const errors = told.filter((message) => message.startsWith('error:'));
    assert.deepEqual(errors, [
      `error: The results of lines are no longer at ${run.resultsUri}.`,
      `error: ${run.resultsUri} is no longer there.`,
    ]);
    const failures = vscode.window.activeTextEditor?.document;
    assert.equal(failures?.uri.scheme, 'tranche-failures');
    assert.match(failures.getText(), /lines\.results\.rehearsal|not ok/);
  });

  it('of a table with an odd name come by the same way, and the page notices its changes', async () => {
    const { pages } = await openExtension();
    const table = sampleFile(ODD);
    await copyFile(sampleFile('posts.csv').fsPath, table.fsPath);
    const footprint = () => pages().find((page) => page.page === 'footprint' && page.title === ODD);
    await vscode.commands.executeCommand('tranche.profile', table);
    await until('the footprint', footprint, ({ state }) => state === 'done');
    await vscode.commands.executeCommand('tranche.plan', table);
    const plan = () => pages().find((page) => page.page === 'plan' && page.title.startsWith('odd #1'));
    const { title } = await until('the plan', plan, ({ state }) => state === 'planned');
    const { run } = await rehearsed(sampleFile(title));
    assert.equal(run.counts?.in, 2000);
    await vscode.commands.executeCommand('tranche.showFailures', `run/${run.runId}`);
    const failures = vscode.window.activeTextEditor?.document;
    assert.equal(failures?.uri.scheme, 'tranche-failures');
    await appendFile(table.fsPath, '\n');
    await until('the change', footprint, ({ state }) => state === 'changed');
    await until('the stale plan', plan, ({ state }) => state === 'stale');
  });
});
