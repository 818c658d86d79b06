import type { RowCounts } from '../model/outcome.ts';
import type {
  BatchCounts,
  BatchProblem,
  BatchUsage,
  EndStatus,
  QueueLimit,
  RunCreated,
  SavedFile,
} from './runEvents.ts';

/** What one chunk is doing, for people. */
export type ChunkPhase =
  | 'planned'
  | 'rendering'
  | 'uploading'
  | 'uploaded'
  | 'creating'
  | 'waitingForRoom'
  | 'validating'
  | 'inProgress'
  | 'finalizing'
  | 'cancelling'
  | 'downloading'
  | 'joining'
  | 'done'
  | 'unsettled';

/** One chunk of a run as its journal tells it; a later attempt replaces what belonged to an earlier one. */
export interface ChunkState {
  readonly index: number;
  readonly rows: number;
  readonly requests: number;
  readonly bytes: number;
  readonly tokens: number | null;
  readonly phase: ChunkPhase;
  /** From 1; at most one batch per attempt. */
  readonly attempt: number;
  readonly sha256: string | null;
  /** Name of an upload that was begun in this attempt or one before. */
  readonly uploadName: string | null;
  /** When an upload of that name was first announced; null before. */
  readonly uploadIntentAtMs: number | null;
  readonly fileId: string | null;
  /** By the provider's clock, 0 when unknown: no batch of this file is older. */
  readonly fileCreatedAtMs: number;
  /** When the call that creates this attempt's batch was announced; null before. */
  readonly createIntentAtMs: number | null;
  readonly batchId: string | null;
  readonly batchCreatedAtMs: number;
  /** Batches of earlier attempts. */
  readonly earlierBatchIds: readonly string[];
  readonly status: string | null;
  readonly counts: BatchCounts | null;
  readonly end: ChunkEnd | null;
  readonly saved: { readonly output: SavedFile | null; readonly errors: SavedFile | null } | null;
  /** When the provider was asked to cancel the batch; null before. */
  readonly cancelSentAtMs: number | null;
  readonly rowCounts: RowCounts | null;
  /** Why it waits, failed or is unsettled; one sentence. */
  readonly message: string | null;
}

/** How the chunk's last attempt ended. */
export interface ChunkEnd {
  /** When the end was recorded. */
  readonly atMs: number;
  readonly status: EndStatus;
  readonly outputFileId: string | null;
  readonly errorFileId: string | null;
  readonly usage: BatchUsage | null;
  readonly problems: readonly BatchProblem[];
}

/** A run as its journal tells it. */
export interface RunState {
  readonly created: RunCreated;
  readonly createdAtMs: number;
  readonly lastEventAtMs: number;
  readonly chunks: ReadonlyMap<number, ChunkState>;
  readonly cancelRequested: boolean;
  readonly finished: { readonly cancelled: boolean; readonly counts: RowCounts } | null;
  /** Learnt from the provider's refusals. */
  readonly queueLimits: readonly QueueLimit[];
  /** Batches the provider accepted, over all attempts. */
  readonly batchesCreated: number;
  readonly notes: readonly string[];
}

/** `running` covers every unfinished run, whether an engine drives it now or not. */
export function runStatus(run: RunState): 'running' | 'cancelling' | 'finished' | 'cancelled' {
  if (run.finished !== null) return run.finished.cancelled ? 'cancelled' : 'finished';
  return run.cancelRequested ? 'cancelling' : 'running';
}
