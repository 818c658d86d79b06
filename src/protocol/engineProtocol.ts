import type { ErrorCode } from '../core/errors.ts';
import type { FirstRows } from '../core/pipeline/firstRows.ts';
import type { ProfileSnapshot } from '../core/pipeline/profiling.ts';
import type { ChunkPreview } from '../core/pipeline/previewChunk.ts';
import type { Plan, PlannedChunk } from '../core/model/plan.ts';
import type { ChunkSnapshot, RunSnapshot } from './runSnapshot.ts';

/** What the editor gives the engine: secrets stay in the engine's memory, and none of this comes from a workspace. */
export interface EngineSettings {
  /** Keys by provider name; a key of the environment counts where none is given. */
  readonly apiKeys: Readonly<Record<string, string>>;
  /** Replaces `OPENAI_BASE_URL`; null leaves the environment's. */
  readonly openaiBaseUrl: string | null;
  /** The most one run may cost, in US dollars; the lower of this and the machine's own cap counts. */
  readonly maxUsd: number | null;
  /** Threads that decode and render; null: one a core. */
  readonly workers: number | null;
}

/** A provider that a person can choose. */
export interface ProviderChoice {
  readonly name: string;
  readonly rehearsal: boolean;
  /** Host of its address; null for the rehearsal. */
  readonly host: string | null;
  /** Where its key comes from; `missing`: it wants one and there is none. */
  readonly key: 'notNeeded' | 'editor' | 'environment' | 'missing';
  /** Why it cannot be used as it is set up; one sentence. */
  readonly problem: string | null;
}

/** A job for a dataset, as a text to be kept beside it: the key column is guessed, and a comment says what to look at. */
export interface ProposedJob {
  /** Absolute path of a file that does not exist yet. */
  readonly path: string;
  readonly text: string;
}

/** What a page shows of a job beside its plan. */
export interface JobSummary {
  readonly name: string;
  readonly path: string;
  readonly dataset: string;
  readonly endpoint: string;
  readonly model: string;
  readonly provider: string | null;
  readonly results: string;
}

/** A plan with the job it belongs to; `notPlanned` lists the first rows only, `notPlannedRows` counts all. */
export interface PlannedJob {
  readonly job: JobSummary;
  readonly plan: Plan;
}

/** A chunk's place in its plan: rows [firstRow, endRow) of the dataset. */
export type ChunkRows = Pick<PlannedChunk, 'index' | 'firstRow' | 'endRow'>;

/** A plan that is ready to become a run: nothing is sent and nothing spent until it is begun. */
export interface PreparedRun {
  readonly preparedId: string;
  readonly planHash: string;
  readonly provider: ProviderChoice;
  readonly rows: number;
  readonly notPlannedRows: number;
  readonly chunks: number;
  /** In US dollars; null where no price is known. 0 for a rehearsal. */
  readonly greatestCostUsd: number | null;
  /** The cap that holds here; null without one. A greatest cost above it was refused already. */
  readonly maxUsd: number | null;
  readonly resultsUri: string;
  readonly resultsExist: boolean;
  /** An unfinished run of the same plan, which is better gone on with. */
  readonly unfinishedRunId: string | null;
  readonly warnings: readonly string[];
}

/** The first thing that is wrong with a job file; line and column count from 1, and are null where the problem is no place in it. */
export interface JobProblem {
  readonly message: string;
  readonly line: number | null;
  readonly column: number | null;
}

/** The first rows of a table; `uri` is how the engine names it. */
export interface TableRows extends FirstRows {
  readonly uri: string;
}

/** Every request to the engine. All can be cancelled; `cancelled` is then the error. */
export interface EngineRequests {
  /** Once, and again whenever a setting or a key changes. */
  readonly 'engine/configure': { readonly params: EngineSettings; readonly result: { readonly version: string } };
  readonly 'providers/list': { readonly params: object; readonly result: readonly ProviderChoice[] };
  /** Ends with the last snapshot; those before come as `profile/changed` with the same `id`. */
  readonly 'dataset/profile': {
    readonly params: {
      readonly id: string;
      readonly uri: string;
      readonly jobPath: string | null;
      readonly exact: boolean;
    };
    readonly result: ProfileSnapshot;
  };
  /** The first rows of a table, at most `limit` (1,000) and about 4 MB of text; of a cell the first 1,000 characters. */
  readonly 'dataset/rows': {
    readonly params: { readonly uri: string; readonly limit: number };
    readonly result: TableRows;
  };
  readonly 'job/propose': { readonly params: { readonly uri: string }; readonly result: ProposedJob };
  /** Reads a job file, not its data: what is wrong with it, or null. */
  readonly 'job/check': { readonly params: { readonly jobPath: string }; readonly result: JobProblem | null };
  /** `plan/changed` tells of it with the same `id`, here and in the two below. */
  readonly 'job/plan': {
    readonly params: { readonly id: string; readonly jobPath: string };
    readonly result: PlannedJob;
  };
  /**
   * The first lines of a chunk, byte for byte those of its file: at most `lines`, and about 1 MB. Refused (`stale`) once the job or its
   * data are no longer those of the plan.
   */
  readonly 'job/preview': {
    readonly params: {
      readonly jobPath: string;
      readonly planHash: string;
      readonly chunk: ChunkRows;
      readonly lines: number;
    };
    readonly result: ChunkPreview;
  };
  /** Writes chunk files, keys and manifest into a folder; sends nothing. Cancelled, it says which files stay. */
  readonly 'job/render': {
    readonly params: { readonly id: string; readonly jobPath: string; readonly folder: string };
    readonly result: { readonly chunks: number; readonly rows: number; readonly bytes: number };
  };
  /** Plans for a run. Refused above a cap, without a key, and for a plan hash other than the one that was shown (`stale`). */
  readonly 'run/prepare': {
    readonly params: {
      readonly id: string;
      readonly jobPath: string;
      readonly provider: string;
      /** The plan a person looked at; null where none was shown. */
      readonly shownPlanHash: string | null;
    };
    readonly result: PreparedRun;
  };
  /** Begins what was prepared; the greatest cost a person said yes to must be the prepared one. From here on the run drives itself. */
  readonly 'run/begin': {
    readonly params: {
      readonly preparedId: string;
      readonly acceptedCostUsd: number | 'unknown';
      readonly replaceResults: boolean;
      readonly another: boolean;
    };
    readonly result: { readonly runId: string };
  };
  readonly 'run/discard': { readonly params: { readonly preparedId: string }; readonly result: null };
  /** Takes the run; `exists` where only its results are left to write and those of another run lie there. */
  readonly 'run/resume': {
    readonly params: { readonly runId: string; readonly replaceResults: boolean };
    readonly result: null;
  };
  /**
   * Goes on with every unfinished run that nobody drives, those of an interrupted command line too, and from then on takes over
   * runs whose editor is closed or whose owner dies. What keeps a run from going on becomes its `problem`.
   */
  readonly 'runs/resumeAll': { readonly params: object; readonly result: { readonly resumed: readonly string[] } };
  /** Cancels at the provider and ends the run, whoever drives it; one that has ended stays as it is. Resolves once that is asked for. */
  readonly 'run/cancel': { readonly params: { readonly runId: string }; readonly result: null };
  /** The chunks of one run in their order, for runs that came without theirs. */
  readonly 'run/chunks': { readonly params: { readonly runId: string }; readonly result: readonly ChunkSnapshot[] };
  /**
   * All runs of this machine, newest first; from then on `run/changed` tells what is new. Unfinished runs come with all their chunks,
   * the newest of the finished ones too; where those are many, older finished runs have an empty list.
   */
  readonly 'runs/watch': {
    readonly params: object;
    readonly result: {
      readonly runs: readonly RunSnapshot[];
      readonly damaged: readonly { readonly runId: string; readonly message: string }[];
    };
  };
}

/** Everything the engine says unasked. */
export interface EngineEvents {
  readonly 'profile/changed': { readonly id: string; readonly snapshot: ProfileSnapshot };
  /** How far planning, preparing or rendering has come; `chunks` counts files that are written. */
  readonly 'plan/changed': { readonly id: string; readonly rows: number; readonly chunks: number };
  /** The run with those chunks that changed: at most once a second while it goes on, at once when it ends. */
  readonly 'run/changed': RunSnapshot;
  readonly 'run/removed': { readonly runId: string };
  readonly log: { readonly level: 'info' | 'warn' | 'error'; readonly message: string };
}

/** How an error crosses a wire: the sentence and what kind it is. */
export interface WireError {
  readonly code: ErrorCode;
  readonly message: string;
}
