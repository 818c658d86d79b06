import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import type { AskPerson } from '../askPerson.ts';
import type { EngineClient } from '../client/engineClient.ts';
import { failureOf, isCancelled } from '../failures.ts';
import type { PlanWork } from '../pages/planPanels.ts';
import { revealOnDisk } from '../revealOnDisk.ts';
import { bytesText, countOf } from '../../protocol/numberTexts.ts';

export interface WriteFilesDeps {
  readonly ask: AskPerson;
  readonly engine: Pick<EngineClient, 'call' | 'on'>;
}

/** Writes with a notice that can cancel it, and tells how many files are written. */
async function write(
  { engine }: WriteFilesDeps,
  jobPath: string,
  folder: string,
  stop: AbortController,
  onFiles: (sentence: string) => void,
): Promise<string> {
  const id = randomUUID();
  const options = { location: vscode.ProgressLocation.Notification, title: 'Writing batch files', cancellable: true };
  return vscode.window.withProgress(options, async (progress, token) => {
    token.onCancellationRequested(() => stop.abort());
    const heard = engine.on('plan/changed', (news) => {
      if (news.id !== id || news.chunks === 0) return;
      const message = `${countOf(news.chunks, 'file is', 'files are')} written`;
      progress.report({ message });
      onFiles(message);
    });
    try {
      const { chunks, rows, bytes } = await engine.call('job/render', { id, jobPath, folder }, stop.signal);
      return `Wrote ${countOf(chunks, 'file')} with ${countOf(rows, 'row')}, ${bytesText(bytes)}, to ${folder}.`;
    } finally {
      heard.dispose();
    }
  });
}

/** Writes a job's batch files into a folder that a person picks; nothing is sent. Stopped, it says which files stay. */
export async function writeFiles(deps: WriteFilesDeps, { jobPath, say }: PlanWork): Promise<void> {
  const picked = await deps.ask.folder('Write Batch Files', 'Write Files Here', jobPath);
  if (picked === undefined) return;
  const stop = new AbortController();
  const doing = `Writing batch files to ${picked}`;
  say(`${doing}…`, stop);
  try {
    const done = await write(deps, jobPath, picked, stop, (files) => say(`${doing}: ${files}`, stop));
    void tell(deps, picked, done);
  } catch (error) {
    if (!isCancelled(error)) throw error;
    void tell(deps, picked, failureOf(error).message);
  } finally {
    say(null);
  }
}

async function tell({ ask }: WriteFilesDeps, folder: string, message: string): Promise<void> {
  if ((await ask.tell('info', message, ['Reveal'])) !== 'Reveal') return;
  await revealOnDisk(folder).catch((error: unknown) => ask.tell('warning', failureOf(error).message, []));
}
