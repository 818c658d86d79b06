import * as vscode from 'vscode';

async function textOf(uri: vscode.Uri): Promise<string> {
  try {
    return new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  } catch {
    return ''; // most workspaces have none
  }
}

/** The texts of all settings that come with the workspace. */
export async function readWorkspaceSettings(): Promise<readonly string[]> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  const files = folders.map(({ uri }) => vscode.Uri.joinPath(uri, '.vscode', 'settings.json'));
  const { workspaceFile } = vscode.workspace;
  if (workspaceFile?.scheme === 'file') files.push(workspaceFile);
  return Promise.all(files.map(textOf));
}
