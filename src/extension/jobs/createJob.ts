import * as vscode from 'vscode';
import type { CallEngine } from '../client/engineClient.ts';

/** Writes a job for a dataset beside it and opens its text; the path of the job. */
export async function createJob(call: CallEngine, dataset: vscode.Uri): Promise<string> {
  const { path, text } = await vscode.window.withProgress(
    { location: { viewId: 'tranche.jobs' }, title: 'Proposing a batch job' },
    () => call('job/propose', { uri: dataset.fsPath }),
  );
  const uri = vscode.Uri.file(path);
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  await vscode.window.showTextDocument(uri, { viewColumn: vscode.ViewColumn.Active, preview: false });
  return path;
}
