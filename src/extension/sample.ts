import * as vscode from 'vscode';

export interface Sample {
  readonly table: vscode.Uri;
  readonly job: vscode.Uri;
}

const FILES = { table: 'posts.csv', job: 'posts.tranche.json' } as const;

async function exists(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
}

/** Puts the sample table and its job into a folder; what is there already stays as it is. */
export async function copySample(extensionUri: vscode.Uri, folder: vscode.Uri): Promise<Sample> {
  const from = vscode.Uri.joinPath(extensionUri, 'media', 'sample');
  const table = vscode.Uri.joinPath(folder, FILES.table);
  const job = vscode.Uri.joinPath(folder, FILES.job);
  await vscode.workspace.fs.createDirectory(folder);
  if (!(await exists(table))) await vscode.workspace.fs.copy(vscode.Uri.joinPath(from, FILES.table), table);
  if (!(await exists(job))) await vscode.workspace.fs.copy(vscode.Uri.joinPath(from, FILES.job), job);
  return { table, job };
}
