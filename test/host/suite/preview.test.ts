import assert from 'node:assert/strict';
import { appendFile, copyFile, readFile, writeFile } from 'node:fs/promises';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';
import { chunkQuery, chunkTitle } from '../../../src/extension/jobs/chunkPlace.ts';
import { CHUNK_SCHEME } from '../../../src/extension/jobs/chunkScheme.ts';
import { openExtension, sampleFile, until } from './support.ts';

describe('batch files', () => {
  it('are written into the folder a person picks, and their first lines are shown before that', async () => {
    const { pages, answer } = await openExtension();
    const [table, job, folder] = [sampleFile('files.csv'), sampleFile('files.tranche.json'), sampleFile('files.out')];
    await copyFile(sampleFile('posts.csv').fsPath, table.fsPath);
    const text = await readFile(sampleFile('posts.tranche.json').fsPath, 'utf8');
    await writeFile(job.fsPath, text.replace('posts.csv', 'files.csv'));
    await vscode.commands.executeCommand('tranche.plan', job);
    const page = await until(
      'the plan',
      () => pages().find(({ title }) => title === 'files.tranche.json'),
      ({ state }) => state === 'planned',
    );
    const planned = page.page === 'plan' ? page.planned : null;
    const chunk = planned?.plan.chunks[0];
    assert.ok(planned && chunk);

    const told: string[] = [];
    answer({
      folder: async (_title, _openLabel, beside) => (beside === job.fsPath ? folder.fsPath : undefined),
      tell: async (_kind, message) => void told.push(message),
    });
    await vscode.commands.executeCommand('tranche.writeFiles', job);
    assert.match(told[0] ?? '', /^Wrote 4 files with 1,994 rows, .*, to .*files\.out\.$/);
    const written = await readFile(vscode.Uri.joinPath(folder, 'chunk-0001.jsonl').fsPath, 'utf8');

    const query = chunkQuery({ jobPath: planned.job.path, planHash: planned.plan.planHash, chunk });
    const uriOf = (title: string): vscode.Uri => vscode.Uri.from({ scheme: CHUNK_SCHEME, path: `/${title}`, query });
    const uri = uriOf(chunkTitle(planned.job.name, 1, 50, chunk.requests));
    assert.equal(uri.path, '/files chunk 1 (first 50 of 500 lines).jsonl');
    const shown = await vscode.workspace.openTextDocument(uri);
    assert.equal(shown.getText(), `${written.split('\n').slice(0, 50).join('\n')}\n`);
    assert.equal(shown.languageId, 'jsonl');

    await appendFile(table.fsPath, 'post-9999,en,Zoe,2026-01-05T00:35,0,One more.\n');
    await assert.rejects(async () => vscode.workspace.openTextDocument(uriOf('again.jsonl')), /changed since the plan/);
  });
});
