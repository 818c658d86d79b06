import type { ReadEnv } from '../datasets/formatReader.ts';
import type { FileDescription } from '../model/fileDescription.ts';
import { typeName } from '../datasets/typeName.ts';
import type { Dataset } from '../model/dataset.ts';
import { unknownFigure } from '../model/figure.ts';
import type { ColumnFigures } from '../profile/columnFigures.ts';
import { makeFootprint, type Footprint, type FootprintStage, type JobFigures } from '../profile/footprint.ts';
import { metadataFigures, type MetadataFigures } from '../profile/metadataFigures.ts';
import type { RowFigures } from '../profile/rowFigures.ts';
import type { OpenedJob } from './openJob.ts';
import type { PlanDeps } from './planJob.ts';
import { profiledColumns, type ProfiledColumns } from './profileColumns.ts';
import type { WorkPool } from './workPool.ts';

/** What profiling needs from outside. */
export interface ProfileDeps {
  readonly env: ReadEnv;
  readonly pool: WorkPool;
  readonly prices: PlanDeps['prices'];
  /** Milliseconds of a clock that only goes forward, for the seconds that reading took and the pace of snapshots. */
  readonly nowMs: () => number;
}

/** A footprint as far as it is known, and how far the reading has come. */
export interface ProfileSnapshot {
  readonly footprint: Footprint;
  /** Bytes of columns that were read, or rows whose lines were measured; null in the last snapshot. */
  readonly doing: { readonly what: 'columns' | 'lines'; readonly done: number; readonly total: number | null } | null;
}

/** The dataset that is profiled, and the job over it. */
export interface ProfiledDataset {
  readonly dataset: Dataset;
  readonly descriptions: readonly FileDescription[];
  readonly notices: readonly string[];
  readonly opened: OpenedJob | null;
}

/** What reading rows tells beyond figures of columns. */
export interface KnownRows {
  readonly rowFigures: RowFigures;
  /** Null without a job. */
  readonly job: JobFigures | null;
}

/** One profiling under way. */
export interface Profiling extends ProfiledDataset {
  readonly deps: ProfileDeps;
  /** Counts what is read. */
  readonly env: ReadEnv;
  readonly columns: ProfiledColumns;
  readonly base: MetadataFigures;
  readonly diskBytes: number;
  readonly signal: AbortSignal;
  /** Adds what workers have read. */
  readonly addRead: (bytes: number) => void;
  readonly footprint: (stage: FootprintStage, figures: MetadataFigures, more: KnownRows | null) => Footprint;
}

/** Fields inside columns have no figures in the metadata. */
function withFields(base: MetadataFigures, count: number): MetadataFigures {
  const unknown = unknownFigure();
  const nothing: ColumnFigures = {
    disk: unknown,
    nulls: unknown,
    text: unknown,
    arrow: unknown,
    rendered: unknown,
    tokens: unknown,
    python: unknown,
    shapes: null,
    sizes: null,
    histogram: null,
  };
  const fields = Array.from({ length: count - base.columns.length }, () => nothing);
  return { rows: base.rows, columns: [...base.columns, ...fields] };
}

/** Starts a profiling: `ownReads` are the bytes read in this thread, `startMs` when it began. */
export function openProfiling(
  all: ProfiledDataset,
  deps: ProfileDeps,
  reading: { readonly env: ReadEnv; readonly ownReads: () => number; readonly startMs: number },
  signal: AbortSignal,
): Profiling {
  const { dataset, descriptions, notices, opened } = all;
  const columns = profiledColumns(dataset, opened?.template ?? null);
  const types = dataset.columns.map(({ type }) => typeName(type));
  let workerReads = 0;
  return {
    ...all,
    deps,
    env: reading.env,
    columns,
    base: withFields(metadataFigures(dataset, descriptions), columns.paths.length),
    diskBytes: dataset.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    signal,
    addRead: (bytes) => {
      workerReads += bytes;
    },
    footprint: (stage, figures, more) =>
      makeFootprint({
        dataset,
        types,
        rows: figures.rows,
        columns: figures.columns,
        job: more?.job ?? null,
        rowFigures: more?.rowFigures ?? null,
        forJob: opened !== null,
        read: {
          bytes: reading.ownReads() + workerReads,
          seconds: Math.round(Math.max(0, deps.nowMs() - reading.startMs)) / 1000,
        },
        stage,
        warnings: [...notices, ...(more?.job?.request.cost.warnings ?? [])],
      }),
  };
}
