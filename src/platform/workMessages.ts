import type { ErrorCode } from '../core/errors.ts';
import type { Fragment } from '../core/model/dataset.ts';
import type { WorkKind, Works } from '../core/pipeline/workPool.ts';

/** What a worker is opened for. */
export type WorkOrder = { readonly [K in WorkKind]: { readonly kind: K; readonly setup: Works[K]['setup'] } }[WorkKind];

/** To a worker. */
export type ToWorker =
  | { readonly type: 'open'; readonly order: WorkOrder; readonly allowanceBytes: number }
  | { readonly type: 'fragment'; readonly fragment: Fragment }
  /** An output was consumed: its bytes no longer count, its buffer may be filled again. */
  | { readonly type: 'released'; readonly bytes: number; readonly buffer: ArrayBuffer | null };

/** From a worker. */
export type FromWorker =
  | { readonly type: 'output'; readonly output: Works[WorkKind]['output']; readonly bytes: number }
  | { readonly type: 'done' }
  | { readonly type: 'failed'; readonly code: ErrorCode; readonly message: string };
