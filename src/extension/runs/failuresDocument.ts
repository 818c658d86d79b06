import * as vscode from 'vscode';
import type { CallEngine } from '../client/engineClient.ts';
import { failureOf } from '../failures.ts';
import { FAILURES_SCHEME } from './failuresScheme.ts';
import { failuresText } from './failuresText.ts';
import type { RunStore } from './runStore.ts';

const MAX_ROWS = 1000;

/** Rows that are not ok as a text nobody can change. */
export interface FailuresDocument {
  readonly show: (runId: string) => Promise<void>;
  readonly text: (uri: vscode.Uri, token: vscode.CancellationToken) => Promise<string>;
}

export function openFailuresDocument(call: CallEngine, store: RunStore): FailuresDocument {
  const nameOf = (runId: string): string => store.run(runId)?.run.job.name ?? runId;
  return {
    show: async (runId) => {
      const uri = vscode.Uri.from({ scheme: FAILURES_SCHEME, path: `/${nameOf(runId)} (Failures).txt`, query: runId });
      await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: true });
    },
    text: async ({ query: runId }, token) => {
      const stop = new AbortController();
      const asked = token.onCancellationRequested(() => stop.abort());
      try {
        const { total, rows } = await call('run/failures', { runId, limit: MAX_ROWS }, stop.signal);
        return failuresText(nameOf(runId), total, rows);
      } catch (error) {
        return failureOf(error).message;
      } finally {
        asked.dispose();
      }
    },
  };
}
