import { TrancheError } from '../core/errors.ts';
import { snapshotOf } from '../core/datasets/snapshot.ts';
import { openJob, type OpenedJob } from '../core/pipeline/openJob.ts';
import { planHash } from '../core/pipeline/planHash.ts';
import { previewChunk, type ChunkPreview } from '../core/pipeline/previewChunk.ts';
import type { PlannedRows } from '../core/plan/plannedCutter.ts';
import { loadJob } from './loadJob.ts';
import type { Engine } from './openEngine.ts';
import type { KnownPlan } from './planJobFile.ts';
import { planMark } from './planMark.ts';

const MOST_LINES = 1000;
const MOST_BYTES = 1_000_000;
const MOST_FIRST_LINE_BYTES = 16_000_000;

export interface PreviewWish {
  readonly jobPath: string;
  /** The plan that the chunk is of. */
  readonly planHash: string;
  readonly chunk: PlannedRows;
  readonly lines: number;
}

async function isStill(
  opened: OpenedJob,
  wish: PreviewWish,
  { env, newHasher }: Engine,
  known: KnownPlan | null,
  signal: AbortSignal,
): Promise<boolean> {
  if (known?.mark === planMark(opened, newHasher)) return true;
  if (known !== null) return false;
  const snapshot = await snapshotOf(opened.dataset, opened.descriptions, env, newHasher, signal);
  return planHash(opened, snapshot, newHasher) === wish.planHash;
}

/** The first lines of a chunk of a plan, at most 1 MB; `stale` once the job or its data are no longer those of the plan. What is `known` of it spares reading. */
export async function previewJobFile(
  engine: Engine,
  wish: PreviewWish,
  known: KnownPlan | null,
  signal: AbortSignal,
): Promise<ChunkPreview> {
  const { job, source } = await loadJob(wish.jobPath);
  const opened = await openJob(job, source, engine.env, signal);
  if (!(await isStill(opened, wish, engine, known, signal))) {
    throw new TrancheError(
      'stale',
      `The data or the job ${job.name} changed since the plan was made; plan it again, then look at its files.`,
    );
  }
  const size = {
    lines: Math.min(wish.lines, MOST_LINES),
    bytes: MOST_BYTES,
    firstLineBytes: MOST_FIRST_LINE_BYTES,
  };
  const fragmentEnds = known?.fragmentEnds ?? [];
  return previewChunk(opened, wish.chunk, size, { env: engine.env, pool: engine.pool, fragmentEnds }, signal);
}
