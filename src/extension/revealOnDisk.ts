import * as vscode from 'vscode';
import { Sentence } from './failures.ts';

/** Shows a file or folder where this window can: beside the person's own files, or in the Explorer of a window on another machine. */
export async function revealOnDisk(path: string): Promise<void> {
  const uri = vscode.Uri.file(path);
  const isThere = await Promise.resolve(vscode.workspace.fs.stat(uri)).then(
    () => true,
    () => false,
  );
  if (!isThere) throw new Sentence('notFound', `${path} is no longer there.`);
  const isDesktop = vscode.env.uiKind === vscode.UIKind.Desktop && vscode.env.remoteName === undefined;
  if (isDesktop) await vscode.commands.executeCommand('revealFileInOS', uri);
  else if (vscode.workspace.getWorkspaceFolder(uri) !== undefined)
    await vscode.commands.executeCommand('revealInExplorer', uri);
  else
    throw new Sentence(
      'notSupported',
      `${path} lies outside of this workspace, so this window cannot show where it is.`,
    );
}
