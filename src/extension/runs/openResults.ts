import * as vscode from 'vscode';
import type { RunHeader } from '../../protocol/runSnapshot.ts';

export interface OpenResultsDeps {
  readonly profile: (uri: vscode.Uri) => Promise<void>;
}

/** Opens what a run has written: Parquet as a footprint, lines as text. */
export async function openResults({ profile }: OpenResultsDeps, run: RunHeader): Promise<void> {
  const { results } = run;
  const file = results?.files.find((name) => name.endsWith('.parquet')) ?? results?.files[0];
  if (file === undefined) {
    void vscode.window.showWarningMessage(`The results of ${run.job.name} are no longer at ${run.resultsUri}.`);
    return;
  }
  const uri = vscode.Uri.file(file);
  if (file.endsWith('.parquet')) await profile(uri);
  else await vscode.window.showTextDocument(uri);
}
