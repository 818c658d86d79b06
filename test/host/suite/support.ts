import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { TestApi } from '../../../src/extension/testApi.ts';

/** The extension, awake, as tests see it. */
export async function openExtension(): Promise<TestApi> {
  const extension = vscode.extensions.getExtension<TestApi | undefined>('tranche.tranche');
  assert.ok(extension);
  const api = await extension.activate();
  assert.ok(api);
  return api;
}

/** A file of the workspace, which begins as a copy of the sample. */
export function sampleFile(name: string): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.[0];
  assert.ok(folder);
  return vscode.Uri.joinPath(folder.uri, name);
}

/** Waits for a value that is as it should be. */
export async function until<T>(
  what: string,
  look: () => T | undefined,
  isReady: (value: T) => boolean,
  maxMs = 20_000,
): Promise<T> {
  const endMs = Date.now() + maxMs;
  for (;;) {
    const value = look();
    if (value !== undefined && isReady(value)) return value;
    if (Date.now() > endMs)
      throw new Error(`${what} did not come; last seen: ${JSON.stringify(value)?.slice(0, 2000)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
