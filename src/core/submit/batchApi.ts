/** What is uploaded: a file on disk, or rendered buffers sent as they lie (they must not change until the call ends). */
export type UploadBody =
  { readonly kind: 'file'; readonly path: string } | { readonly kind: 'bytes'; readonly parts: readonly Uint8Array[] };

/** A file to be sent. */
export interface UploadRequest {
  /** Ends in `.jsonl`; the name the file can be found by again. */
  readonly name: string;
  readonly sizeBytes: number;
  readonly body: UploadBody;
}

/** A file as the provider keeps it. */
export interface RemoteFile {
  readonly id: string;
  readonly name: string;
  readonly sizeBytes: number;
  readonly createdAtMs: number;
}

/** A batch to be created of a file that was sent. */
export interface BatchRequest {
  readonly inputFileId: string;
  /** `/v1/chat/completions`, ... */
  readonly endpoint: string;
  /** At most 16 pairs, keys up to 64 and values up to 512 characters (OpenAI Batch API reference). */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Requests of a batch as the provider counts them; a display value, never the truth about rows. */
export interface RemoteCounts {
  readonly total: number;
  readonly completed: number;
  readonly failed: number;
}

/** Tokens the provider says a batch used. */
export interface RemoteUsage {
  readonly inputTokens: number;
  readonly cachedTokens: number;
  readonly outputTokens: number;
}

/** Why a whole batch failed; `line` counts from 1 in the input file. */
export interface RemoteProblem {
  readonly code: string | null;
  readonly message: string;
  readonly line: number | null;
}

/** A batch as the provider shows it, in one shape whatever its dialect. */
export interface RemoteBatch {
  readonly id: string;
  /** Lower case: `validating`, `in_progress`, `finalizing`, `completed`, `failed`, `expired`, `cancelling`, `cancelled`; others as they come. */
  readonly status: string;
  readonly inputFileId: string | null;
  readonly outputFileId: string | null;
  readonly errorFileId: string | null;
  readonly counts: RemoteCounts | null;
  readonly errors: readonly RemoteProblem[];
  /** 0 when the provider does not say. */
  readonly createdAtMs: number;
  readonly metadata: Readonly<Record<string, string>>;
  readonly usage: RemoteUsage | null;
}

/**
 * The calls a run needs from a batch service, each made once: who calls decides about trying again.
 * `noKey` and `refusedByProvider` say that nothing happened; `network` says that nobody knows (see `faultOf` for retry-after).
 */
export interface BatchApi {
  /** Sends one file, in memory independent of its size; `onSent` hears the bytes of the file sent so far. */
  upload: (request: UploadRequest, onSent: (bytes: number) => void, signal: AbortSignal) => Promise<RemoteFile>;
  /** The newest uploaded batch input of this name and size, or null; ends at the first file older than `sinceMs`. */
  findUploaded: (name: string, sizeBytes: number, sinceMs: number, signal: AbortSignal) => Promise<RemoteFile | null>;
  /** Starts a batch; this is the call that spends money. */
  createBatch: (request: BatchRequest, signal: AbortSignal) => Promise<RemoteBatch>;
  /**
   * All batches of the project, newest first, asked for in pages of 100 as the iteration goes on;
   * throws at its end when there may be more than was shown (`isListIncomplete`), `network` for an answer that is no list.
   */
  listBatches: (signal: AbortSignal) => AsyncIterable<RemoteBatch>;
  retrieveBatch: (id: string, signal: AbortSignal) => Promise<RemoteBatch>;
  cancelBatch: (id: string, signal: AbortSignal) => Promise<RemoteBatch>;
  /** The whole content of a file, in pieces; goes on by itself after a broken connection and ends only when every byte came. */
  download: (fileId: string, signal: AbortSignal) => AsyncIterable<Uint8Array>;
}

/** A rendered chunk on its way to the provider. */
export interface RenderedChunk {
  /** 1, 2, ... */
  readonly index: number;
  /** Lower-case hex over the bytes. */
  readonly sha256: string;
  readonly bytes: number;
  readonly rows: number;
  readonly requests: number;
  readonly body: UploadBody;
  /** Called once when the body is no longer needed (frees buffers, removes the temporary file). */
  readonly release?: () => Promise<void> | void;
}
