import type { ReadEnv } from '../datasets/formatReader.ts';
import { openDataset } from '../datasets/openDataset.ts';
import type { JobSource } from '../job/jobSource.ts';
import type { DatasetFormat } from '../model/dataset.ts';
import type { Job } from '../model/job.ts';
import { countReads } from '../profile/countReads.ts';
import { openJob } from './openJob.ts';
import { sampleFrame } from './profileFrame.ts';
import { profileSample } from './profileSample.ts';
import { profileWhole } from './profileWhole.ts';
import { openProfiling, type ProfileDeps, type ProfiledDataset, type ProfileSnapshot } from './profiling.ts';

/** What is profiled. */
export interface ProfileRequest {
  /** Absolute path, folder or glob. */
  readonly uri: string;
  /** Null: content decides. */
  readonly format: DatasetFormat | null;
  /** Whose request gives lines, tokens and cost; its own dataset is not looked at. */
  readonly job: { readonly job: Job; readonly source: JobSource } | null;
  /** Read every row, and count every token. */
  readonly exact: boolean;
  /** Datasets up to this size on disk are read whole, larger ones sampled where they can be; 32 MB by default. */
  readonly wholeBytes?: number;
}

const WHOLE_BYTES = 32_000_000;
/** A sample of a larger share of all clusters is not worth it. */
const MOST_SHARE = 0.5;

async function openAll(request: ProfileRequest, env: ReadEnv, signal: AbortSignal): Promise<ProfiledDataset> {
  const { uri, format, job } = request;
  if (job === null) return { ...(await openDataset(uri, { format }, env, signal)), opened: null };
  const asked: Job = { ...job.job, dataset: { ...job.job.dataset, uri, format } };
  const opened = await openJob(asked, job.source, env, signal);
  return { dataset: opened.dataset, descriptions: opened.descriptions, notices: opened.notices, opened };
}

/** Whether parts can be read by themselves, so that a sample costs less than everything. */
function canSample({ dataset, descriptions }: ProfiledDataset): boolean {
  if (dataset.format === 'csv') return false;
  if (dataset.files.some(({ compression }) => compression !== 'none')) return false;
  return dataset.format === 'jsonl' || descriptions.every(({ rows }) => rows !== null);
}

/**
 * The footprint of a dataset, refined: from metadata at once, then from a sample (of small datasets, CSV and packed text from everything), exact on request.
 * Snapshots come at most about four times a second; the last one says `doing: null`. Errors are those of opening and reading.
 */
export async function* profileDataset(
  request: ProfileRequest,
  deps: ProfileDeps,
  signal: AbortSignal,
): AsyncGenerator<ProfileSnapshot> {
  const startMs = deps.nowMs();
  const { files, readBytes } = countReads(deps.env.files);
  const env = { ...deps.env, files };
  const all = await openAll(request, env, signal);
  const profiling = openProfiling(all, deps, { env, ownReads: readBytes, startMs }, signal);
  const shown = profiling.footprint('metadata', profiling.base, null);
  yield { footprint: shown, doing: { what: 'columns', done: 0, total: null } };
  if (!request.exact && profiling.diskBytes > (request.wholeBytes ?? WHOLE_BYTES) && canSample(all)) {
    const frame = await sampleFrame(all.dataset, all.descriptions, env, signal);
    const tooDear = frame.firstShare > MOST_SHARE || (yield* profileSample(profiling, frame));
    if (!tooDear) return;
  }
  yield* profileWhole(profiling, request.exact, shown);
}
