import assert from 'node:assert/strict';
import { appendFile, copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';
import type { PageState } from '../../../src/protocol/pageProtocol.ts';
import { openExtension, sampleFile, until } from './support.ts';

const SETTLES_MS = 1_000;
const ROWS = 60_000;

describe('an open page', () => {
  it('of a table and a job says that the job changed, and reads both again when it is asked for', async () => {
    const { pages } = await openExtension();
    await vscode.commands.executeCommand('tranche.openSample', sampleFile('with-job'));
    const look = () => pages().find((page) => page.page === 'footprint' && page.jobName === 'posts.tranche.json');
    await until('the footprint', look, ({ state }) => state === 'done');
    await appendFile(sampleFile('with-job/posts.tranche.json').fsPath, '\n');
    await until('the change', look, ({ state }) => state === 'changed');
    await vscode.commands.executeCommand('tranche.openSample', sampleFile('with-job'));
    await until('the footprint again', look, ({ state }) => state === 'done');
  });

  it('shows the plan of what was just saved as such, and plans again when it is asked for', async () => {
    const { pages } = await openExtension();
    const job = sampleFile('edited.tranche.json');
    await copyFile(sampleFile('posts.tranche.json').fsPath, job.fsPath);
    const look = () => pages().find(({ title }) => title === 'edited.tranche.json');
    await vscode.commands.executeCommand('tranche.plan', job);
    await until('the plan', look, ({ state }) => state === 'planned');
    for (const text of ['// one\n', '// two\n']) {
      const edit = new vscode.WorkspaceEdit();
      edit.insert(job, new vscode.Position(0, 0), text);
      await vscode.workspace.applyEdit(edit);
      await vscode.commands.executeCommand('tranche.plan', job);
      await until('the plan', look, ({ state }) => state === 'planned');
      await new Promise((resolve) => setTimeout(resolve, SETTLES_MS));
      assert.equal(look()?.state, 'planned');
    }
  });

  it('says that its job changed while it was planned', async () => {
    const { pages } = await openExtension();
    const [table, job] = [sampleFile('long.csv'), sampleFile('long.tranche.json')];
    const text = (await readFile(sampleFile('posts.tranche.json').fsPath, 'utf8')).replace('posts.csv', 'long.csv');
    const rows = Array.from({ length: ROWS }, (_, id) => `${id},The ferry was late on day ${id} once more.,en\n`);
    await writeFile(table.fsPath, `id,text,lang\n${rows.join('')}`);
    await writeFile(job.fsPath, text);
    const look = () => pages().find(({ title }) => title === 'long.tranche.json');
    await vscode.commands.executeCommand('tranche.plan', job);
    const isUnderWay = (page: PageState): boolean => page.page === 'plan' && page.measuredRows > 0;
    await until('its beginning', look, isUnderWay);
    await writeFile(job.fsPath, `${text}\n`);
    await until('the change', look, ({ state }) => state === 'stale');
    await rm(table.fsPath);
  });
});
