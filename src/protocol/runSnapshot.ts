import type { RowCounts } from '../core/model/outcome.ts';
import type { ChunkPhase } from '../core/runs/runState.ts';

/** One chunk of a run, for a row of a tree. */
export interface ChunkSnapshot {
  readonly index: number;
  readonly phase: ChunkPhase;
  readonly attempt: number;
  readonly rows: number;
  readonly requests: number;
  readonly bytes: number;
  /** Bytes of its file that are sent; 0 where only another process knows. */
  readonly sentBytes: number;
  /** Requests the provider says are answered or failed. */
  readonly answered: number;
  readonly batchId: string | null;
  readonly rowCounts: RowCounts | null;
  /** Why it waits, failed or is unsettled; one sentence. */
  readonly message: string | null;
}

/** Who drives an unfinished run: this engine, another process (named), or nobody just now. */
export type RunDriver =
  { readonly kind: 'here' } | { readonly kind: 'elsewhere'; readonly owner: string } | { readonly kind: 'nobody' };

/** A run without its chunks. */
export interface RunHeader {
  readonly runId: string;
  readonly state: 'running' | 'cancelling' | 'finished' | 'cancelled';
  readonly driver: RunDriver;
  readonly job: { readonly name: string; readonly path: string };
  readonly planHash: string;
  readonly provider: string;
  readonly rehearsal: boolean;
  readonly endpoint: string;
  readonly model: string;
  /** Rows of the dataset, those without a request too. */
  readonly rows: number;
  readonly requests: number;
  /** Requests the provider says are answered or failed, over all chunks. */
  readonly answered: number;
  readonly chunks: { readonly total: number; readonly done: number };
  readonly createdAtMs: number;
  readonly lastEventAtMs: number;
  readonly greatestCostUsd: number | null;
  /** What it cost by the answers; null before the end and where prices are unknown. */
  readonly costUsd: number | null;
  /** Of the whole dataset; null before the end. */
  readonly counts: RowCounts | null;
  readonly batchesCreated: number;
  readonly resultsUri: string;
  /** Files that were written; null before the end, and once they are gone. */
  readonly results: { readonly files: readonly string[]; readonly failures: string | null } | null;
  /** Why it stands still and what to do, where a person has to decide; one sentence. */
  readonly problem: string | null;
}

/** A run with all its chunks in their order; as news of a run, with those chunks that changed. */
export interface RunSnapshot {
  readonly run: RunHeader;
  readonly chunks: readonly ChunkSnapshot[];
}
