import { TrancheError } from '../errors.ts';
import type { PlannedChunk } from '../model/plan.ts';
import { snapshotOf } from '../datasets/snapshot.ts';
import type { RunDeps } from '../runs/runPorts.ts';
import type { RenderedChunk } from '../submit/batchApi.ts';
import type { OpenedJob } from './openJob.ts';
import { planHash } from './planHash.ts';
import { renderChunks, type RenderDeps, type WrittenChunk } from './renderChunks.ts';
import type { RunDocument } from './runDocument.ts';

/** What a run's rendering needs; `open` opens the job's dataset anew, only when there is something to render. */
export type RunRenderDeps = Pick<RenderDeps, 'env' | 'pool' | 'newHasher' | 'openSink'> & {
  readonly open: (signal: AbortSignal) => Promise<OpenedJob>;
};

async function openUnchanged(document: RunDocument, deps: RunRenderDeps, signal: AbortSignal): Promise<OpenedJob> {
  const opened = await deps.open(signal);
  const snapshot = await snapshotOf(opened.dataset, opened.descriptions, deps.env, deps.newHasher, signal);
  if (planHash(opened, snapshot, deps.newHasher) === document.plan.planHash) return opened;
  throw new TrancheError(
    'stale',
    `${opened.dataset.uri} changed since run ${document.runId} was planned, so its other chunks cannot be rendered: put it back, or end the run with tranche cancel ${document.runId}.`,
  );
}

function rendered(chunk: WrittenChunk, planned: PlannedChunk | undefined, uri: string): RenderedChunk {
  if (planned?.bytes !== chunk.bytes || planned.requests !== chunk.rows) {
    throw new TrancheError('changed', `${uri} changed while chunk ${chunk.index} was rendered; plan the job again.`);
  }
  const { index, sha256, bytes, rows, body, release } = chunk;
  return { index, sha256, bytes, rows, requests: planned.requests, body, release };
}

/** A run's way to its chunks: rendered in order from the unchanged dataset (`stale` if it changed), checked against the plan. */
export function renderForRun(document: RunDocument, deps: RunRenderDeps): RunDeps['renderChunks'] {
  const planned = new Map(document.plan.chunks.map((chunk) => [chunk.index, chunk]));
  return async function* (indexes, signal) {
    const opened = await openUnchanged(document, deps, signal);
    const chunks = renderChunks(
      opened,
      {
        ...deps,
        bytesOf: (index) => planned.get(index)?.bytes ?? null,
        part: { chunks: document.plan.chunks, wanted: new Set(indexes) },
        kept: null,
        onBlock: async () => undefined,
      },
      signal,
    );
    for await (const chunk of chunks) yield rendered(chunk, planned.get(chunk.index), opened.dataset.uri);
  };
}
