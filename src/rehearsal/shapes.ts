import type { Fault } from './faults.ts';

/** The endpoints a batch may name here. */
export const ENDPOINTS = [
  '/v1/chat/completions',
  '/v1/responses',
  '/v1/completions',
  '/v1/embeddings',
  '/v1/moderations',
] as const;

export type Endpoint = (typeof ENDPOINTS)[number];

/** A file as the service shows it; times are in seconds since the epoch. */
export interface FileObject {
  readonly id: string;
  readonly object: 'file';
  readonly bytes: number;
  readonly created_at: number;
  readonly expires_at: number | null;
  readonly filename: string;
  readonly purpose: string;
  readonly status: 'processed';
  readonly status_details: null;
}

export type BatchStatus =
  'validating' | 'failed' | 'in_progress' | 'finalizing' | 'completed' | 'expired' | 'cancelling' | 'cancelled';

export interface BatchLineError {
  readonly code: string;
  readonly line: number | null;
  readonly message: string;
  readonly param: string | null;
}

export interface RequestCounts {
  readonly total: number;
  readonly completed: number;
  readonly failed: number;
}

export interface BatchUsage {
  readonly input_tokens: number;
  readonly input_tokens_details: { readonly cached_tokens: number };
  readonly output_tokens: number;
  readonly output_tokens_details: { readonly reasoning_tokens: number };
  readonly total_tokens: number;
}

/** A batch as the service shows it; times are in seconds since the epoch. */
export interface BatchObject {
  readonly id: string;
  readonly object: 'batch';
  readonly endpoint: Endpoint;
  readonly model: string | null;
  readonly errors: { readonly object: 'list'; readonly data: readonly BatchLineError[] } | null;
  readonly input_file_id: string;
  readonly completion_window: '24h';
  readonly status: BatchStatus;
  readonly output_file_id: string | null;
  readonly error_file_id: string | null;
  readonly created_at: number;
  readonly in_progress_at: number | null;
  readonly expires_at: number;
  readonly finalizing_at: number | null;
  readonly completed_at: number | null;
  readonly failed_at: number | null;
  readonly expired_at: number | null;
  readonly cancelling_at: number | null;
  readonly cancelled_at: number | null;
  readonly request_counts: RequestCounts;
  readonly usage: BatchUsage | null;
  readonly metadata: Readonly<Record<string, string>> | null;
}

/** A batch as it is kept: what is shown, and what is needed to go on with it after a restart. Times are in milliseconds. */
export interface BatchRecord {
  readonly id: string;
  readonly shown: BatchObject;
  readonly faults: readonly Fault[];
  /** Grows with each creation: the order of lists, whatever the clock does. */
  readonly sequence: number;
  readonly createdMs: number;
  readonly inProgressMs: number | null;
  readonly endedRowsMs: number | null;
  /** Rows done when the batch was cancelled; null otherwise. */
  readonly cancelledAfter: number | null;
  /** Approximate input tokens, known from validation on. */
  readonly inputTokens: number;
  readonly outputExpiresAfterSeconds: number | null;
}

/** True once nothing more will happen to the batch. */
export function isTerminal(status: BatchStatus): boolean {
  return status === 'failed' || status === 'completed' || status === 'expired' || status === 'cancelled';
}

/** The time as the service shows it: whole seconds since the epoch. */
export function secondsNow(): number {
  return Math.floor(Date.now() / 1000);
}
