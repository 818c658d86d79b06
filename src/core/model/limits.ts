/** What no chunk may exceed. Sizes in bytes of the written file, newlines included. */
export interface ChunkLimits {
  readonly maxBytes: number;
  readonly maxRequests: number;
  /** Inputs over all requests (embeddings); null where the endpoint has none. */
  readonly maxInputs: number | null;
  /** Input tokens in the model's encoding. */
  readonly maxTokens: number | null;
}

/** The limit that ended a chunk; `end`: the rows did. */
export type ClosedBy = 'bytes' | 'requests' | 'inputs' | 'tokens' | 'end';

/** OpenAI's documented caps: 200 MB read as 2 x 10^8 bytes and 50,000 requests; 90 MB is this product's default under it. */
export const DEFAULT_MAX_BYTES = 90_000_000;
/** Requests of a chunk where a job says nothing. */
export const DEFAULT_MAX_REQUESTS = 50_000;
/** Inputs of one embeddings batch over all its requests (OpenAI Batch API reference). */
export const MAX_EMBEDDING_INPUTS = 50_000;
