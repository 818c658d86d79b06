import type { ErrorCode } from '../core/errors.ts';
import type { Fragment } from '../core/model/dataset.ts';
import type { WorkKind, Works } from '../core/pipeline/workPool.ts';
import type { PackedBlock } from './blockMemory.ts';

/** What a worker is opened for. */
export type WorkOrder = { readonly [K in WorkKind]: { readonly kind: K; readonly setup: Works[K]['setup'] } }[WorkKind];

/** To a worker. */
export type ToWorker =
  | { readonly type: 'open'; readonly order: WorkOrder; readonly slots: number }
  | { readonly type: 'fragment'; readonly fragment: Fragment }
  /** A block was consumed: its slot may be filled again. */
  | { readonly type: 'released'; readonly slot: number };

/** From a worker. */
export type FromWorker =
  | { readonly type: 'block'; readonly packed: PackedBlock }
  | { readonly type: 'profile'; readonly output: Works['profile']['output'] }
  | { readonly type: 'done' }
  | { readonly type: 'failed'; readonly code: ErrorCode; readonly message: string };
