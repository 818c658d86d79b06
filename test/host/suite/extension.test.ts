import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';
import { openExtension, sampleFile, until } from './support.ts';

interface Manifest {
  readonly contributes: {
    readonly commands: readonly { readonly command: string }[];
    readonly configuration: { readonly properties: Readonly<Record<string, { readonly default?: unknown }>> };
  };
}

function manifest(): Manifest {
  const extension = vscode.extensions.getExtension('tranche.tranche');
  assert.ok(extension);
  return extension.packageJSON as Manifest;
}

function workspaceFolder(): vscode.Uri {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  assert.ok(folder);
  return folder.uri;
}

describe('the extension', () => {
  it('has every command that its manifest names', async () => {
    await openExtension();
    const known = new Set(await vscode.commands.getCommands(true));
    const { commands } = manifest().contributes;
    assert.ok(commands.length > 0);
    assert.deepEqual(
      commands.map(({ command }) => command).filter((command) => !known.has(command)),
      [],
    );
  });

  it('heeds no workspace that redirects a key or raises a budget', async () => {
    const workspace = workspaceFolder();
    const ours = Object.keys(manifest().contributes.configuration.properties);
    const wanted = {
      'tranche.openai.baseUrl': 'http://127.0.0.1:1',
      'tranche.maxUsd': 1_000_000,
      'tranche.workers': 64,
    };
    assert.deepEqual(ours.sort(), Object.keys(wanted).sort());
    const file = vscode.Uri.joinPath(workspace, '.vscode/settings.json');
    const text = JSON.stringify({ ...wanted, 'editor.tabSize': 7 });
    await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(text));
    const setting = (name: string): unknown => vscode.workspace.getConfiguration().get(name);
    await until(
      'the settings of the workspace',
      () => setting('editor.tabSize'),
      (size) => size === 7,
    );
    for (const [name, value] of Object.entries(wanted)) assert.notEqual(setting(name), value, name);
    await vscode.workspace.fs.delete(file);
  });

  it('knows what a job file may hold', async () => {
    const job = await vscode.workspace.openTextDocument(sampleFile('posts.tranche.json'));
    assert.equal(job.languageId, 'jsonc');
  });
});
