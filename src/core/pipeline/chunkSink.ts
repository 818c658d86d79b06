import type { UploadBody } from '../submit/batchApi.ts';

/** Where the lines of one chunk go. */
export interface ChunkSink {
  /** Resolves when the bytes may be reused. */
  readonly write: (bytes: Uint8Array) => Promise<void>;
  /** Ends the chunk: what was written is whole and stays. */
  readonly close: () => Promise<FinishedBody>;
  /** Leaves nothing behind. */
  readonly discard: () => Promise<void>;
}

/** A whole chunk, ready to be sent. */
export interface FinishedBody {
  readonly body: UploadBody;
  /** Frees the memory, or removes a temporary file. */
  readonly release: () => Promise<void>;
}

/** Opens the sink of chunk `index`; `bytes` is its size where a plan tells, else null. */
export type OpenChunkSink = (index: number, bytes: number | null) => Promise<ChunkSink>;
