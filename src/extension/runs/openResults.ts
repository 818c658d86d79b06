import * as vscode from 'vscode';
import type { RunHeader } from '../../protocol/runSnapshot.ts';
import { Sentence } from '../failures.ts';

export interface OpenResultsDeps {
  readonly profile: (uri: vscode.Uri) => Promise<void>;
}

async function isThere(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
}

/** Opens what a run has written: Parquet as a footprint, lines as text. */
export async function openResults({ profile }: OpenResultsDeps, run: RunHeader): Promise<void> {
  const files = run.results?.files ?? [];
  const file = files.find((name) => name.endsWith('.parquet')) ?? files[0];
  const uri = file === undefined ? null : vscode.Uri.file(file);
  if (uri === null || !(await isThere(uri)))
    throw new Sentence('notFound', `The results of ${run.job.name} are no longer at ${run.resultsUri}.`);
  if (uri.path.endsWith('.parquet')) await profile(uri);
  else await vscode.commands.executeCommand('vscode.open', uri); // it may be larger than extensions can open themselves
}
