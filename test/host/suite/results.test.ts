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

  it('that are lines only open as rows, too, and are said to be gone once they are', async () => {
    const job = sampleFile('lines.tranche.json');
    const text = await readFile(sampleFile('posts.tranche.json').fsPath, 'utf8');
    await writeFile(job.fsPath, text.replace('"columns"', '"formats": ["jsonl"], "columns"'));
    const { run, told } = await rehearsed(job);
    await vscode.commands.executeCommand('tranche.openResults', `run/${run.runId}`);
    const { pages } = await openExtension();
    const look = () => pages().find((page) => page.page === 'rows' && page.run?.jobName === 'lines');
    const page = await until('the lines', look, ({ state }) => state === 'done');
    assert.equal(page.page === 'rows' && page.table?.uri, path.join(run.resultsUri, 'results.jsonl'));
    await rename(run.resultsUri, `${run.resultsUri}.elsewhere`);
    for (const command of ['tranche.openResults', 'tranche.revealResults', 'tranche.showFailures'])
      await vscode.commands.executeCommand(command, `run/${run.runId}`);
    const errors = told.filter((message) => message.startsWith('error:'));
    assert.deepEqual(errors, [
      `error: The results of lines are no longer at ${run.resultsUri}.`,
      `error: ${run.resultsUri} is no longer there.`,
      `error: The results of lines are no longer at ${run.resultsUri}.`,
    ]);
    await until('the page that knows', look, ({ state }) => state === 'failed');
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
    const failures = () => pages().find((page) => page.page === 'rows' && page.run?.jobName === run.job.name);
    await until('the failures', failures, ({ state, title: name }) => state === 'done' && name === 'failures.parquet');
    await vscode.commands.executeCommand('tranche.previewRows', table);
    const preview = () => pages().find((page) => page.page === 'rows' && page.title === ODD);
    const shown = await until('the rows', preview, ({ state }) => state === 'done');
    assert.equal(shown.page === 'rows' && shown.table?.rows[0]?.[0], 'post-0001');
    await appendFile(table.fsPath, '\n');
    await until('the change', footprint, ({ state }) => state === 'changed');
    await until('the change of the rows', preview, ({ state }) => state === 'changed');
    await until('the stale plan', plan, ({ state }) => state === 'stale');
  });
});
