import * as vscode from 'vscode';
import type { CallEngine } from '../client/engineClient.ts';
import { Sentence } from '../failures.ts';

/** Writes a job for a dataset beside it and opens its text; the path of the job. */
export async function createJob(call: CallEngine, dataset: vscode.Uri): Promise<string> {
  const { path, text } = await vscode.window.withProgress(
    { location: { viewId: 'tranche.jobs' }, title: 'Proposing a batch job' },
    () => call('job/propose', { uri: dataset.fsPath }),
  );
  const uri = vscode.Uri.file(path);
  try {
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  } catch (error) {
    const why = error instanceof vscode.FileSystemError ? ` (${error.code})` : '';
    throw new Sentence(
      'disk',
      `The job could not be written to ${path}${why}; make its folder writable, or move the table.`,
    );
  }
  await vscode.window.showTextDocument(uri, { viewColumn: vscode.ViewColumn.Active, preview: false });
  return path;
}
