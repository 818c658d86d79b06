/** Where a file's bytes go, in order; the caller opens, closes and removes the file. */
export interface ByteSink {
  /** Resolves when the bytes may be reused. */
  readonly write: (bytes: Uint8Array) => Promise<void>;
}
