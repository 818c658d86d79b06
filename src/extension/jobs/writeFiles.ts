import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import type { CallEngine } from '../client/engineClient.ts';
import type { PlanWork } from '../pages/planPanels.ts';
import { bytesText, countOf } from '../units.ts';

/** Writes a job's batch files into a folder that a person picks; nothing is sent. */
export async function writeFiles(call: CallEngine, { jobPath, say }: PlanWork, into?: vscode.Uri): Promise<void> {
  const beside = vscode.Uri.joinPath(vscode.Uri.file(jobPath), '..');
  const picked = into
    ? [into]
    : await vscode.window.showOpenDialog({
        defaultUri: beside,
        canSelectFiles: false,
        canSelectFolders: true,
        openLabel: 'Write Files Here',
        title: 'Write Batch Files',
      });
  const folder = picked?.[0];
  if (folder === undefined) return;
  const stop = new AbortController();
  say(`Writing batch files to ${folder.fsPath}…`);
  try {
    const params = { id: randomUUID(), jobPath, folder: folder.fsPath };
    const { chunks, rows, bytes } = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: 'Writing batch files', cancellable: true },
      (_progress, token) => {
        token.onCancellationRequested(() => stop.abort());
        return call('job/render', params, stop.signal);
      },
    );
    void tellWritten(folder, `${countOf(chunks, 'file')} with ${countOf(rows, 'row')}, ${bytesText(bytes)}`);
  } finally {
    say(null);
  }
}

async function tellWritten(folder: vscode.Uri, figures: string): Promise<void> {
  const chosen = await vscode.window.showInformationMessage(`Wrote ${figures}, to ${folder.fsPath}.`, 'Reveal');
  if (chosen === 'Reveal') await vscode.commands.executeCommand('revealFileInOS', folder);
}
