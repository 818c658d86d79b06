import * as vscode from 'vscode';
import { Sentence } from '../failures.ts';

/** The engine reads files: what was typed into an open job is saved before it counts. */
export async function saveJob(jobPath: string): Promise<void> {
  const open = vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === 'file' && uri.fsPath === jobPath);
  if (open === undefined || !open.isDirty || (await open.save())) return;
  throw new Sentence('disk', `${jobPath} could not be saved; save it, then try again.`);
}
