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

/** Kernel memory that the columns of a text may take together. */
const COLUMNS_BYTES = 128 << 20;
const LEAST_WINDOW_BYTES = 4096;

/** The sizes for so many columns: many columns get smaller windows and batches, so that their areas stay within bounds. */
export function sizedFor(options: TextOptions, columns: number): TextOptions {
  const share = COLUMNS_BYTES / Math.max(1, columns);
  const most = Math.max(LEAST_WINDOW_BYTES, 2 ** Math.floor(Math.log2(share * 0.9)));
  if (most >= options.windowBytes) return options;
  return { ...options, windowBytes: most, maxRows: Math.min(options.maxRows, Math.max(64, most >> 6)) };
}
