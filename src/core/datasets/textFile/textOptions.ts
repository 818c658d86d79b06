/** How text files are read; tests make the sizes small to cut records anywhere. */
export interface TextOptions {
  /** Bytes of one read; 1 MB takes less CPU than 8, whose buffers are fresh pages each time. */
  readonly blockBytes: number;
  /** Bytes of text the kernel sees at once: it bounds a batch. */
  readonly windowBytes: number;
  /** The longest record, in bytes. */
  readonly maxRecordBytes: number;
  /** About how many bytes one fragment of a file that can be split has. */
  readonly fragmentBytes: number;
  /** Bytes a description is made from, unless the first record is longer. */
  readonly sampleBytes: number;
  /** Rows of a batch at most. */
  readonly maxRows: number;
  /** Sends every record to the strict parser (for tests: both ways must agree). */
  readonly strictOnly: boolean;
}

/** The sizes the product reads with. */
export const TEXT_OPTIONS: TextOptions = {
  blockBytes: 1 << 20,
  windowBytes: 4 << 20,
  maxRecordBytes: 64_000_000,
  fragmentBytes: 32 << 20,
  sampleBytes: 1 << 20,
  maxRows: 65_536,
  strictOnly: false,
};
