import * as vscode from 'vscode';
import type { ResultsFace } from '../../protocol/pageProtocol.ts';
import type { RunHeader } from '../../protocol/runSnapshot.ts';
import { Sentence } from '../failures.ts';

async function isThere(path: string): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(vscode.Uri.file(path));
    return true;
  } catch {
    return false;
  }
}

/** The table of a run's results, Parquet where there is one, once the one that is asked for is seen to be there still. */
export async function resultTables(run: RunHeader, wanted: ResultsFace): Promise<{ readonly results: vscode.Uri }> {
  const files = run.results?.files ?? [];
  const results = files.find((name) => name.endsWith('.parquet')) ?? files[0];
  const table = wanted === 'results' ? results : run.results?.failures;
  if (results === undefined || typeof table !== 'string' || !(await isThere(table)))
    throw new Sentence('notFound', `The results of ${run.job.name} are no longer at ${run.resultsUri}.`);
  return { results: vscode.Uri.file(results) };
}
