import * as vscode from 'vscode';

/** Last part of a path, for a title. */
export function lastPart(path: string): string {
  return (
    path
      .replace(/[\\/]+$/, '')
      .split(/[\\/]/)
      .at(-1) ?? path
  );
}

/** The folder that something lies in, as people of this workspace call it. */
export function folderText(uri: vscode.Uri): string {
  const folder = vscode.Uri.joinPath(uri, '..');
  const root = vscode.workspace.getWorkspaceFolder(folder);
  if (root === undefined) return folder.fsPath;
  return root.uri.path === folder.path ? root.name : vscode.workspace.asRelativePath(folder);
}
