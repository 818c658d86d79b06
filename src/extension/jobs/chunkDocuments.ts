import * as vscode from 'vscode';
import type { PlannedJob } from '../../protocol/engineProtocol.ts';
import type { CallEngine } from '../client/engineClient.ts';
import { Sentence } from '../failures.ts';
import { chunkPlaceOf, chunkQuery, chunkTitle } from './chunkPlace.ts';
import { CHUNK_SCHEME } from './chunkScheme.ts';

const LINES = 50;

type PlannedChunk = PlannedJob['plan']['chunks'][number];

/** The first lines of planned chunks as texts nobody can change. */
export interface ChunkDocuments {
  readonly show: (
    planned: PlannedJob,
    chunk: PlannedChunk,
    column: vscode.ViewColumn,
    signal: AbortSignal,
  ) => Promise<void>;
  readonly text: (uri: vscode.Uri, token: vscode.CancellationToken) => Promise<string>;
}

export function openChunkDocuments(call: CallEngine): ChunkDocuments {
  /** Texts on their way into the editor, by the address of their document. */
  const fresh = new Map<string, string>();
  return {
    show: async ({ job, plan }, { index, firstRow, endRow, requests }, viewColumn, signal) => {
      const place = { jobPath: job.path, planHash: plan.planHash, chunk: { index, firstRow, endRow } };
      const { text, rows } = await call('job/preview', { ...place, lines: LINES }, signal);
      const path = `/${chunkTitle(job.name, index, rows, requests)}`;
      const uri = vscode.Uri.from({ scheme: CHUNK_SCHEME, path, query: chunkQuery(place) });
      fresh.set(uri.toString(), text);
      try {
        const document = await vscode.workspace.openTextDocument(uri);
        await vscode.window.showTextDocument(document, { viewColumn, preview: true });
      } finally {
        fresh.delete(uri.toString());
      }
    },
    text: async (uri, token) => {
      const known = fresh.get(uri.toString());
      if (known !== undefined) return known;
      const place = chunkPlaceOf(uri.query);
      if (place === null) throw new Sentence('usage', 'This address names no chunk of a plan.');
      const stop = new AbortController();
      const asked = token.onCancellationRequested(() => stop.abort());
      try {
        return (await call('job/preview', { ...place, lines: LINES }, stop.signal)).text;
      } finally {
        asked.dispose();
      }
    },
  };
}
