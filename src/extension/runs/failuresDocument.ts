import * as vscode from 'vscode';
import type { CallEngine } from '../client/engineClient.ts';
import { failureOf } from '../failures.ts';
import { failuresText } from './failuresText.ts';
import type { RunStore } from './runStore.ts';

const SCHEME = 'tranche-failures';
const MAX_ROWS = 1000;

/** Rows that are not ok as a text nobody can change. */
export interface FailuresDocument extends vscode.Disposable {
  readonly show: (runId: string) => Promise<void>;
}

export function openFailuresDocument(call: CallEngine, store: RunStore): FailuresDocument {
  const provider = vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
    provideTextDocumentContent: async ({ query: runId }, token) => {
      const stop = new AbortController();
      const asked = token.onCancellationRequested(() => stop.abort());
      try {
        const { total, rows } = await call('run/failures', { runId, limit: MAX_ROWS }, stop.signal);
        return failuresText(store.run(runId)?.run.job.name ?? runId, total, rows);
      } catch (error) {
        return failureOf(error).message;
      } finally {
        asked.dispose();
      }
    },
  });
  return {
    show: async (runId) => {
      const name = store.run(runId)?.run.job.name ?? runId;
      const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${name} (Failures).txt`, query: runId });
      await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: true });
    },
    dispose: () => void provider.dispose(),
  };
}
