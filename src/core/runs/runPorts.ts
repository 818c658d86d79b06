import type { RowCounts } from '../model/outcome.ts';
import type { Clock, Log } from '../ports.ts';
import type { BatchApi, RenderedChunk } from '../submit/batchApi.ts';
import type { BatchProblem, EndStatus, RecordedEvent, RunEvent, SavedFile } from './runEvents.ts';
import type { ChunkPhase, RunState } from './runState.ts';

/** The append-only memory of a run. */
export interface Journal {
  /** Resolves only when the event is on the disk; concurrent calls are written in call order. */
  append: (event: RunEvent) => Promise<RecordedEvent>;
}

/** The owner's hold on a run. */
export interface Ownership {
  /** Fencing number, greater than that of any owner before. */
  readonly fence: number;
  /** Throws `owned` as soon as another process has taken the run over. */
  verify: () => Promise<void>;
}

/** Where a run keeps what it downloads. */
export interface RunFiles {
  /** Writes a file whole or not at all (temporary file, sync, rename); an earlier one of the name is replaced. */
  save: (name: string, pieces: AsyncIterable<Uint8Array>, signal: AbortSignal) => Promise<SavedFile>;
  /** Whether a saved file is there and still, byte for byte, what was saved. */
  isSaved: (file: SavedFile, signal: AbortSignal) => Promise<boolean>;
}

/** What is left of a chunk when its attempt has ended; `output` and `errors` are files of the run's folder. */
export interface ChunkAnswers {
  readonly chunk: number;
  readonly attempt: number;
  /** Rows of the chunk: each must be counted exactly once. */
  readonly rows: number;
  readonly end: EndStatus;
  readonly output: SavedFile | null;
  readonly errors: SavedFile | null;
  /** Why the whole chunk failed, when it did (`failed`, `refused`). */
  readonly problems: readonly BatchProblem[];
}

/** Everything a run asks of the outside. */
export interface RunDeps {
  readonly api: BatchApi;
  readonly journal: Journal;
  readonly ownership: Ownership;
  readonly files: RunFiles;
  readonly clock: Clock;
  readonly log: Log;
  /** The chunks of these indexes (ascending), one after another, byte-identical each time; asks for the next only when the one before is taken. */
  readonly renderChunks: (indexes: readonly number[], signal: AbortSignal) => AsyncIterable<RenderedChunk>;
  /** Counts the chunk's rows by outcome; `in` must be `answers.rows`. */
  readonly collectChunk: (answers: ChunkAnswers, signal: AbortSignal) => Promise<RowCounts>;
  /** Writes the results once every chunk is done; only then the run counts as finished, so a resume calls it again if it failed. */
  readonly writeResults: (state: RunState, signal: AbortSignal) => Promise<void>;
  readonly onProgress: (progress: RunProgress) => void;
  readonly tuning: RunTuning;
}

/** How patient and how parallel a run is. */
export interface RunTuning {
  readonly parallelUploads: number;
  readonly parallelCreates: number;
  readonly parallelDownloads: number;
  readonly firstLookMs: number;
  readonly slowestLookMs: number;
  /** Looks for a batch whose creation is unclear, at these times after the unclear answer, or after the run was taken over. */
  readonly settleMs: readonly number[];
  /** So long after its making a batch or file the provider does not know may only not be visible yet. */
  readonly freshMs: number;
  /** First and longest wait before a full queue is tried again; a batch that ends cuts it short. */
  readonly roomFirstMs: number;
  readonly roomSlowestMs: number;
  /** First and longest pause after a failed call. */
  readonly retryFirstMs: number;
  readonly retrySlowestMs: number;
  /** How long calls may fail in a row before the run stops (it can be resumed): at first, and once the provider has answered. */
  readonly patienceFirstMs: number;
  readonly patienceMs: number;
}

/** Tuning for real providers. */
export const DEFAULT_TUNING: RunTuning = {
  parallelUploads: 4,
  parallelCreates: 8,
  parallelDownloads: 4,
  firstLookMs: 2_000,
  slowestLookMs: 60_000,
  settleMs: [1_000, 4_000, 12_000, 60_000, 180_000],
  freshMs: 300_000,
  roomFirstMs: 30_000,
  roomSlowestMs: 600_000,
  retryFirstMs: 1_000,
  retrySlowestMs: 60_000,
  patienceFirstMs: 20_000,
  patienceMs: 1_800_000,
};

/** News of a run for a progress line or a view; changes of phase at once, figures at most four times a second for each chunk. */
export type RunProgress =
  ({ readonly kind: 'chunk' } & ChunkProgress) | { readonly kind: 'note'; readonly message: string };

/** News of one chunk. */
export interface ChunkProgress {
  readonly chunk: number;
  readonly attempt: number;
  readonly phase: ChunkPhase;
  readonly bytes: number;
  readonly sentBytes: number;
  readonly requests: number;
  /** Requests the provider says are answered or failed. */
  readonly answered: number;
  readonly batchId: string | null;
  readonly rowCounts: RowCounts | null;
  readonly message: string | null;
}

/** How `driveRun` ended without an error. */
export interface RunEnd {
  /** `unsettled`: some chunks wait for a person's decision, all others are done. */
  readonly state: 'finished' | 'cancelled' | 'unsettled';
  /** Whole dataset; of an unsettled run the rows so far. */
  readonly counts: RowCounts;
  readonly batchesCreated: number;
  readonly unsettled: readonly { readonly chunk: number; readonly message: string }[];
}
