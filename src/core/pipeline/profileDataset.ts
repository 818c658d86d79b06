import type { FileDescription, ReadEnv } from '../datasets/formatReader.ts';
import { formatReaders } from '../datasets/formatReaders.ts';
import { mapLimited } from '../datasets/mapLimited.ts';
import { openDataset } from '../datasets/openDataset.ts';
import { typeName } from '../datasets/typeName.ts';
import { throwIfAborted } from '../errors.ts';
import type { JobSource } from '../job/jobSource.ts';
import type { Dataset, DatasetFormat } from '../model/dataset.ts';
import { exactly, unknownFigure } from '../model/figure.ts';
import type { Job } from '../model/job.ts';
import type { ColumnFigures } from '../profile/columnFigures.ts';
import { countReads } from '../profile/countReads.ts';
import { makeFootprint, type Footprint, type FootprintStage, type RequestFigures } from '../profile/footprint.ts';
import { sampledFigures, wholeFigures, type ProfiledCluster } from '../profile/measuredFigures.ts';
import { metadataFigures, type MetadataFigures } from '../profile/metadataFigures.ts';
import type { SampledCluster } from '../profile/ratioEstimate.ts';
import { openJob, type OpenedJob } from './openJob.ts';
import type { PlanDeps } from './planJob.ts';
import {
  addParts,
  emptyPart,
  profiledColumns,
  profileParts,
  type ProfiledColumns,
  type ProfiledPart,
} from './profileColumns.ts';
import { sampleFrame, type FrameCluster, type SampleFrame } from './profileFrame.ts';
import { measureLines, requestFigures, sampleLines, type DrawnRows } from './profileRequest.ts';
import type { WorkPool } from './workPool.ts';

/** What is profiled. */
export interface ProfileRequest {
  /** Absolute path, folder or glob. */
  readonly uri: string;
  readonly format: DatasetFormat | null;
  /** Whose request gives lines, tokens and cost; its own dataset is not looked at. */
  readonly job: { readonly job: Job; readonly source: JobSource } | null;
  /** Read every row, and count every token. */
  readonly exact: boolean;
}

/** What profiling needs from outside. */
export interface ProfileDeps {
  readonly env: ReadEnv;
  readonly pool: WorkPool;
  readonly prices: PlanDeps['prices'];
  /** Milliseconds, for the seconds that reading took and the pace of snapshots. */
  readonly nowMs: () => number;
}

/** A footprint as far as it is known, and how far the reading has come. */
export interface ProfileSnapshot {
  readonly footprint: Footprint;
  /** Null in the last snapshot. */
  readonly doing: { readonly what: 'columns' | 'lines'; readonly done: number; readonly total: number | null } | null;
}

/** Smaller datasets are read whole at once. */
const WHOLE_BYTES = 32_000_000;
/** Of still smaller ones every token is counted. */
const COUNT_ALL_BYTES = 4_000_000;
/** Texts of a column whose tokens are counted where not all are. */
const COUNTED_TEXTS = 3000;
/** About what one output of a worker covers on disk. */
const OUTPUT_BYTES = 16_000_000;
/** A second round of the sample is read where the interval of a total is wider, of its value to either side. */
const GOOD_SHARE = 0.02;
const SNAPSHOT_EVERY_MS = 250;

interface Opened {
  readonly dataset: Dataset;
  readonly descriptions: readonly FileDescription[];
  readonly notices: readonly string[];
  readonly opened: OpenedJob | null;
}

async function openAll(request: ProfileRequest, env: ReadEnv, signal: AbortSignal): Promise<Opened> {
  const { uri, format, job } = request;
  if (job === null) return { ...(await openDataset(uri, { format }, env, signal)), opened: null };
  const asked: Job = { ...job.job, dataset: { ...job.job.dataset, uri, format } };
  const opened = await openJob(asked, job.source, env, signal);
  return { dataset: opened.dataset, descriptions: opened.descriptions, notices: opened.notices, opened };
}

/** One profiling: what is known of the dataset, and how a footprint is made of it. */
class Profiling {
  readonly all: Opened;
  readonly base: MetadataFigures;
  readonly columns: ProfiledColumns;
  readonly deps: ProfileDeps;
  readonly env: ReadEnv;
  readonly signal: AbortSignal;
  readonly #types: readonly string[];
  readonly #mainReads: () => number;
  readonly #startMs: number;
  #workerReads = 0;

  constructor(
    all: Opened,
    deps: ProfileDeps,
    env: ReadEnv,
    mainReads: () => number,
    startMs: number,
    signal: AbortSignal,
  ) {
    this.all = all;
    this.deps = deps;
    this.env = env;
    this.signal = signal;
    this.columns = profiledColumns(all.dataset, all.opened?.template ?? null);
    this.base = withFields(metadataFigures(all.dataset, all.descriptions), this.columns);
    this.#types = all.dataset.columns.map(({ type }) => typeName(type));
    this.#mainReads = mainReads;
    this.#startMs = startMs;
  }

  get diskBytes(): number {
    return this.all.dataset.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }

  reads(bytes: number): void {
    this.#workerReads += bytes;
  }

  footprint(stage: FootprintStage, figures: MetadataFigures, request: RequestFigures | null): Footprint {
    const { dataset, notices, opened } = this.all;
    return makeFootprint({
      dataset,
      types: this.#types,
      rows: figures.rows,
      columns: figures.columns,
      request,
      forJob: opened !== null,
      read: {
        bytes: this.#mainReads() + this.#workerReads,
        seconds: Math.max(0, this.deps.nowMs() - this.#startMs) / 1000,
      },
      stage,
      warnings: [...notices, ...(request?.cost.warnings ?? [])],
    });
  }
}

/** Fields inside columns have no figures in the metadata. */
function withFields(base: MetadataFigures, { dataset }: ProfiledColumns): MetadataFigures {
  const unknown = unknownFigure();
  const nothing: ColumnFigures = {
    disk: unknown,
    nulls: unknown,
    text: unknown,
    arrow: unknown,
    rendered: unknown,
    tokens: unknown,
    python: unknown,
    sizes: null,
  };
  const fields = dataset.columns.slice(base.columns.length).map(() => nothing);
  return { rows: base.rows, columns: [...base.columns, ...fields] };
}

/** Whether parts can be read by themselves, so that a sample costs less than everything. */
function canSample({ dataset, descriptions }: Opened): boolean {
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
  const profiling = new Profiling(all, deps, env, readBytes, startMs, signal);
  const first = profiling.footprint('metadata', profiling.base, null);
  yield { footprint: first, doing: { what: 'columns', done: 0, total: null } };
  if (!request.exact && profiling.diskBytes > WHOLE_BYTES && canSample(all)) {
    const frame = await sampleFrame(all.dataset, all.descriptions, env, signal);
    if (frame.firstShare < 0.5) {
      yield* sampled(profiling, frame);
      return;
    }
  }
  yield* whole(profiling, request.exact, first);
}

/** Reads everything. */
async function* whole(profiling: Profiling, exact: boolean, shown: Footprint): AsyncGenerator<ProfileSnapshot> {
  const { all, deps, env, signal, columns } = profiling;
  const { dataset, opened } = all;
  const paths = columns.paths;
  const byFile = await mapLimited(dataset.files, 8, (_, file) =>
    formatReaders[dataset.format].fragments(dataset, file, paths, env, signal),
  );
  const fragments = byFile.flat();
  const outputs = Math.max(fragments.length, Math.ceil(profiling.diskBytes / OUTPUT_BYTES), 1);
  const counted =
    exact || profiling.diskBytes <= COUNT_ALL_BYTES ? 'all' : Math.max(16, Math.ceil(COUNTED_TEXTS / outputs));
  let sum = emptyPart(columns.paths.length);
  let shownMs = deps.nowMs();
  for await (const part of profileParts(columns, dataset, fragments, counted, deps.pool, signal)) {
    sum = addParts(sum, part);
    profiling.reads(part.readBytes);
    if (deps.nowMs() - shownMs < SNAPSHOT_EVERY_MS) continue;
    shownMs = deps.nowMs();
    yield { footprint: shown, doing: { what: 'columns', done: sum.readBytes, total: profiling.diskBytes } };
  }
  throwIfAborted(signal);
  const figures = {
    rows: exactly(sum.rows),
    columns: wholeFigures(columns.dataset, profiling.base, sum.rows, sum.columns),
  };
  if (opened === null) {
    yield { footprint: profiling.footprint('exact', figures, null), doing: null };
    return;
  }
  yield {
    footprint: profiling.footprint('exact', figures, null),
    doing: { what: 'lines', done: 0, total: sum.rows },
  };
  const lines = await measureLines(opened, { env, pool: deps.pool }, () => undefined, signal);
  const request = await requestFigures(opened, lines, figures.rows, figures.columns, deps.prices);
  yield { footprint: profiling.footprint('exact', figures, request), doing: null };
}

interface ReadCluster {
  readonly cluster: FrameCluster;
  readonly part: ProfiledPart;
}

async function readRound(profiling: Profiling, clusters: readonly FrameCluster[]): Promise<ReadCluster[]> {
  const { columns, all, deps, signal } = profiling;
  const counted = Math.round(Math.min(24, Math.max(6, 1024 / columns.paths.length)));
  const parts = clusters.map((): ProfiledPart | null => null);
  const fragments = clusters.map(({ fragment }) => fragment);
  for await (const part of profileParts(columns, all.dataset, fragments, counted, deps.pool, signal)) {
    const before = parts[part.fragment] ?? null;
    parts[part.fragment] = before === null ? part : addParts(before, part);
    profiling.reads(part.readBytes);
  }
  throwIfAborted(signal);
  return clusters.flatMap((cluster, index) => {
    const part = parts[index];
    return part ? [{ cluster, part }] : [];
  });
}

const sizeOf = ({ cluster, part }: ReadCluster): number => cluster.size ?? part.rows;

function figuresOf(profiling: Profiling, frame: SampleFrame, read: readonly ReadCluster[]): MetadataFigures {
  const clusters = read.map((one): SampledCluster<ProfiledCluster> => ({
    stratum: one.cluster.stratum,
    size: sizeOf(one),
    counted: { rows: one.part.rows, columns: one.part.columns },
  }));
  return sampledFigures(profiling.columns.dataset, profiling.base, frame.design, clusters);
}

function isGood({ bytes, tokens }: Footprint): boolean {
  return [bytes.arrow, bytes.rendered, tokens].every(
    ({ known, value, low, high }) => known === 'unknown' || Math.max(high - value, value - low) <= GOOD_SHARE * value,
  );
}

/** Reads a sample, and more of it where the first round leaves the totals too uncertain. */
async function* sampled(profiling: Profiling, frame: SampleFrame): AsyncGenerator<ProfileSnapshot> {
  const { opened } = profiling.all;
  const rounds = [0, 1].map((round) => frame.clusters.filter((cluster) => cluster.round === round));
  const [firstRound = [], secondRound = []] = rounds;
  let read = await readRound(profiling, firstRound);
  let figures = figuresOf(profiling, frame, read);
  let request = opened && (await requestOf(profiling, opened, frame, read, figures));
  let footprint = profiling.footprint('sample', figures, request);
  if (!isGood(footprint) && secondRound.length > 0) {
    yield { footprint, doing: { what: 'columns', done: firstRound.length, total: frame.clusters.length } };
    read = [...read, ...(await readRound(profiling, secondRound))];
    figures = figuresOf(profiling, frame, read);
    request = opened && (await requestOf(profiling, opened, frame, read, figures));
    footprint = profiling.footprint('sample', figures, request);
  }
  yield { footprint, doing: null };
}

/** Lines of the sampled rows; of the first rows only, if the job says so, all of them. */
async function requestOf(
  profiling: Profiling,
  opened: OpenedJob,
  frame: SampleFrame,
  read: readonly ReadCluster[],
  figures: MetadataFigures,
): Promise<RequestFigures> {
  const { deps, env, signal } = profiling;
  const drawn = read.map((one): DrawnRows => ({
    fragment: one.cluster.fragment,
    stratum: one.cluster.stratum,
    size: sizeOf(one),
  }));
  const rows = read.reduce((sum, { part }) => sum + part.rows, 0);
  const lines =
    opened.job.dataset.limit === null
      ? await sampleLines(opened, frame.design, drawn, rows, deps.pool, signal)
      : await measureLines(opened, { env, pool: deps.pool }, () => undefined, signal);
  return requestFigures(opened, lines, figures.rows, figures.columns, deps.prices);
}
