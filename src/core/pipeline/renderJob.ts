import { openKeptRowsWriter } from '../collect/keptRowsWriter.ts';
import type { ByteSink } from '../collect/byteSink.ts';
import type { ReadEnv } from '../datasets/formatReader.ts';
import { snapshotOf } from '../datasets/snapshot.ts';
import type { Figure } from '../model/figure.ts';
import type { ChunkLimits, ClosedBy } from '../model/limits.ts';
import { collectHashes } from '../plan/repeatedHashes.ts';
import type { Hasher, TempSpace } from '../ports.ts';
import { chunkName } from './chunkName.ts';
import type { OpenChunkSink } from './chunkSink.ts';
import { jobSetup } from './jobSetup.ts';
import { jobFragments, type OpenedJob } from './openJob.ts';
import { planHash } from './planHash.ts';
import { renderChunks, type RenderDeps, type RenderEnd, type WrittenChunk } from './renderChunks.ts';
import { sideBySide } from './sideBySide.ts';
import { loadFigureCounter, tokenFigures } from './tokenFigures.ts';
import { refuseRepeatedIds } from './refuseRepeatedIds.ts';
import type { WorkPool } from './workPool.ts';

/** The folder that chunk files go to. */
export interface RenderFolder {
  readonly openSink: OpenChunkSink;
  /** `keys.parquet`, which gets its name with `commit`. */
  readonly keys: ByteSink & { readonly commit: () => Promise<void>; readonly discard: () => Promise<void> };
  /** Written last and at once: what has no manifest is not whole. */
  readonly writeManifest: (text: string) => Promise<void>;
}

/** What rendering into a folder needs from outside. */
export interface RenderJobDeps {
  readonly env: ReadEnv;
  readonly pool: WorkPool;
  readonly temp: TempSpace;
  readonly newHasher: () => Hasher;
  readonly folder: RenderFolder;
  readonly onRows: (rows: number) => void;
  readonly onChunk: (chunk: WrittenChunk) => void;
}

/** One chunk file, as the manifest lists it. */
export interface ManifestChunk {
  readonly file: string;
  readonly rows: number;
  readonly bytes: number;
  readonly requests: number;
  readonly tokens: Figure;
  readonly sha256: string;
  readonly closedBy: ClosedBy;
}

/** What lies in the folder: written last. */
export interface RenderManifest {
  readonly planHash: string;
  readonly limits: ChunkLimits;
  readonly chunks: readonly ManifestChunk[];
  readonly totals: {
    readonly rows: number;
    readonly planned: number;
    readonly notPlanned: number;
    readonly bytes: number;
    readonly requests: number;
    readonly tokens: Figure;
  };
}

async function manifestOf(
  opened: OpenedJob,
  hash: string,
  end: RenderEnd,
  hashes: ReadonlyMap<number, string>,
  counter: ReturnType<typeof loadFigureCounter>,
): Promise<RenderManifest> {
  const tokens = await tokenFigures(opened, end.chunks, end.sampled, counter);
  const requests = end.chunks.reduce((sum, chunk) => sum + chunk.requests, 0);
  return {
    planHash: hash,
    limits: opened.limits,
    chunks: end.chunks.map((chunk) => ({
      file: chunkName(chunk.index),
      rows: chunk.requests,
      bytes: chunk.bytes,
      requests: chunk.requests,
      tokens: tokens.of(chunk),
      sha256: hashes.get(chunk.index) ?? '',
      closedBy: chunk.closedBy,
    })),
    totals: {
      rows: end.rows,
      planned: requests,
      notPlanned: end.rows - requests,
      bytes: end.chunks.reduce((sum, chunk) => sum + chunk.bytes, 0),
      requests,
      tokens: tokens.all,
    },
  };
}

/** Renders, and checks the keys on the way: repeated ones are an error before the manifest is written. */
async function renderChecked(
  opened: OpenedJob,
  deps: RenderJobDeps,
  signal: AbortSignal,
): Promise<{ end: RenderEnd; hashes: Map<number, string> }> {
  const ids = collectHashes(deps.temp);
  const kept = openKeptRowsWriter(deps.folder.keys, { key: opened.keyColumns, carried: opened.carriedColumns });
  const rendering: RenderDeps = {
    ...deps,
    openSink: deps.folder.openSink,
    bytesOf: () => null,
    part: null,
    kept,
    onBlock: async (block, firstRow) => {
      await ids.add(block.idHashes);
      deps.onRows(firstRow + block.rows);
    },
  };
  const chunks = renderChunks(opened, rendering, signal);
  const hashes = new Map<number, string>();
  let step = await chunks.next();
  for (; !step.done; step = await chunks.next()) {
    hashes.set(step.value.index, step.value.sha256);
    deps.onChunk(step.value);
  }
  await kept.finish();
  const repeated = await ids.repeated();
  if (repeated.length > 0) {
    const fragments = await jobFragments(opened, false, deps.env, signal);
    const setup = jobSetup(opened, 'find', false);
    await refuseRepeatedIds(repeated, setup, fragments, opened.job.dataset.limit, deps.pool, signal);
  }
  return { end: step.value, hashes };
}

/** Renders a job's chunks into a folder: chunk files, `keys.parquet`, and the manifest last. An error leaves finished chunks, but no manifest. */
export async function renderJob(opened: OpenedJob, deps: RenderJobDeps, signal: AbortSignal): Promise<RenderManifest> {
  const { keys } = deps.folder;
  const counter = loadFigureCounter(opened);
  try {
    const [snapshot, { end, hashes }] = await sideBySide(
      (either) => snapshotOf(opened.dataset, opened.descriptions, deps.env, deps.newHasher, either),
      (either) => renderChecked(opened, deps, either),
      signal,
    );
    const manifest = await manifestOf(opened, planHash(opened, snapshot, deps.newHasher), end, hashes, counter);
    await keys.commit();
    await deps.folder.writeManifest(`${JSON.stringify(manifest, null, 2)}\n`);
    return manifest;
  } catch (error) {
    await keys.discard();
    throw error;
  }
}
