import type { RowCounts } from '../model/outcome.ts';

/** Everything a run's journal holds, in the words of the run. Plain JSON; no row content, no secret. */
export type RunEvent =
  | RunCreated
  | ChunkRendered
  | UploadIntent
  | Uploaded
  | FileLost
  | CreateIntent
  | Created
  | NotCreated
  | NoRoom
  | Refused
  | StatusSeen
  | Terminal
  | Downloaded
  | ChunkDone
  | Unsettled
  | { readonly type: 'cancelIntent' }
  | CancelSent
  | RunFinished
  | { readonly type: 'note'; readonly message: string };

/** An event as it lies in the journal: numbered from 1, timed (ISO 8601, UTC) and marked with its owner's fencing number. */
export type RecordedEvent = RunEvent & { readonly seq: number; readonly at: string; readonly fence: number };

/** The place a run was begun at: it can go on only there. */
export interface RunProvider {
  readonly name: string;
  readonly baseUrl: string;
  readonly project: string | null;
  readonly rehearsal: boolean;
}

/** A chunk as the plan made it. */
export interface RunChunk {
  readonly index: number;
  readonly rows: number;
  readonly requests: number;
  readonly bytes: number;
  /** Most likely input tokens; null when unknown. */
  readonly tokens: number | null;
}

/** First event of every journal: what will be done and what it may cost at most. */
export interface RunCreated {
  readonly type: 'runCreated';
  readonly runId: string;
  readonly planHash: string;
  readonly job: { readonly name: string; readonly path: string };
  readonly provider: RunProvider;
  readonly endpoint: string;
  readonly model: string;
  /** US dollars; null when the price is unknown. */
  readonly greatestCostUsd: number | null;
  /** Rows of the dataset, and how many of them are in no chunk. */
  readonly rows: number;
  readonly quarantined: number;
  readonly chunks: readonly RunChunk[];
  /** Absolute path of the results folder. */
  readonly resultsUri: string;
  readonly toolVersion: string;
}

/** The bytes of a chunk are known. */
export interface ChunkRendered {
  readonly type: 'chunkRendered';
  readonly chunk: number;
  readonly sha256: string;
  readonly bytes: number;
  readonly rows: number;
  readonly requests: number;
}

/** One attempt is at most one batch at the provider; it counts from 1. */
export interface UploadIntent {
  readonly type: 'uploadIntent';
  readonly chunk: number;
  readonly attempt: number;
  readonly name: string;
  readonly bytes: number;
}

/** The provider has the file of a chunk. */
export interface Uploaded {
  readonly type: 'uploaded';
  readonly chunk: number;
  readonly attempt: number;
  readonly fileId: string;
  /** By the provider's clock, 0 when it does not say. */
  readonly createdAtMs: number;
  /** True when an earlier upload was found again instead of sent. */
  readonly found: boolean;
}

/** The provider no longer has the uploaded file (it expired, or was deleted): the chunk's bytes are sent again. */
export interface FileLost {
  readonly type: 'fileLost';
  readonly chunk: number;
  readonly attempt: number;
  readonly fileId: string;
}

/** A batch is about to be created: the call that spends money comes next. */
export interface CreateIntent {
  readonly type: 'createIntent';
  readonly chunk: number;
  readonly attempt: number;
  readonly fileId: string;
}

/** The provider has made a batch of the chunk. */
export interface Created {
  readonly type: 'created';
  readonly chunk: number;
  readonly attempt: number;
  readonly batchId: string;
  /** By the provider's clock, 0 when it does not say. */
  readonly createdAtMs: number;
  readonly found: boolean;
}

/** The announced call created nothing: it was clearly refused for now, or the provider's list shows no such batch. */
export interface NotCreated {
  readonly type: 'notCreated';
  readonly chunk: number;
  readonly attempt: number;
  readonly reason: string;
}

/** The provider's queue is full: with a batch id that batch ended unrun and the next one is a new attempt, without one nothing was created. */
export interface NoRoom {
  readonly type: 'noRoom';
  readonly chunk: number;
  readonly attempt: number;
  readonly batchId: string | null;
  readonly limit: QueueLimit | null;
  readonly message: string;
}

/** What the provider's queue holds at most for one model. */
export interface QueueLimit {
  readonly kind: 'tokens' | 'requests';
  readonly limit: number;
}

/** The provider clearly refused the chunk: nothing was created, its rows fail. */
export interface Refused {
  readonly type: 'refused';
  readonly chunk: number;
  readonly attempt: number;
  readonly message: string;
}

/** A live batch came on. */
export interface StatusSeen {
  readonly type: 'statusSeen';
  readonly chunk: number;
  readonly attempt: number;
  readonly status: string;
  readonly counts: BatchCounts | null;
}

/** Requests of a batch as the provider counts them. */
export interface BatchCounts {
  readonly total: number;
  readonly completed: number;
  readonly failed: number;
}

/** Tokens the provider says a batch used. */
export interface BatchUsage {
  readonly inputTokens: number;
  readonly cachedTokens: number;
  readonly outputTokens: number;
}

/** Why a batch failed; `line` counts from 1 in the input file. */
export interface BatchProblem {
  readonly code: string | null;
  readonly message: string;
  readonly line: number | null;
}

/** A batch has ended. */
export interface Terminal {
  readonly type: 'terminal';
  readonly chunk: number;
  readonly attempt: number;
  readonly batchId: string;
  readonly status: EndStatus;
  readonly outputFileId: string | null;
  readonly errorFileId: string | null;
  readonly counts: BatchCounts | null;
  readonly usage: BatchUsage | null;
  readonly problems: readonly BatchProblem[];
}

/** How an attempt ended: a batch's last state, `refused` by the provider before there was one, or `unsent` because the run was cancelled. */
export type EndStatus = 'completed' | 'failed' | 'expired' | 'cancelled' | 'refused' | 'unsent';

/** A file of the run's folder. */
export interface SavedFile {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** The answers of a batch lie in the run's folder. */
export interface Downloaded {
  readonly type: 'downloaded';
  readonly chunk: number;
  readonly attempt: number;
  readonly output: SavedFile | null;
  readonly errors: SavedFile | null;
}

/** The chunk's rows are counted; `counts.in` is all of them. */
export interface ChunkDone {
  readonly type: 'chunkDone';
  readonly chunk: number;
  readonly attempt: number;
  readonly end: EndStatus;
  readonly counts: RowCounts;
}

/** Nobody can tell whether a batch was created: the chunk rests until a person decides. */
export interface Unsettled {
  readonly type: 'unsettled';
  readonly chunk: number;
  readonly attempt: number;
  readonly message: string;
}

/** The provider was asked to cancel a batch. */
export interface CancelSent {
  readonly type: 'cancelSent';
  readonly chunk: number;
  readonly attempt: number;
  readonly batchId: string;
}

/** Last event of a journal: every chunk is done. `counts` covers the whole dataset, quarantined rows too. */
export interface RunFinished {
  readonly type: 'runFinished';
  readonly cancelled: boolean;
  readonly counts: RowCounts;
}
