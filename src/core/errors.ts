/**
 * Every error a person can meet. The sentence is made where the error is met (it knows the file, the row, the key);
 * the code decides what follows: the exit code, whether a retry can help, what the editor offers to do next.
 */
const CODES = {
  /** Wrong use or bad input: a person mends it. */
  usage: { exitCode: 2, retryable: false },
  badJob: { exitCode: 2, retryable: false },
  badData: { exitCode: 2, retryable: false },
  notFound: { exitCode: 2, retryable: false },
  notSupported: { exitCode: 2, retryable: false },
  noKey: { exitCode: 2, retryable: false },
  budget: { exitCode: 2, retryable: false },
  stale: { exitCode: 2, retryable: false },
  owned: { exitCode: 2, retryable: false },
  exists: { exitCode: 2, retryable: false },
  /** The world failed. */
  disk: { exitCode: 1, retryable: false },
  changed: { exitCode: 1, retryable: false },
  network: { exitCode: 1, retryable: true },
  refusedByProvider: { exitCode: 1, retryable: false },
  unsettled: { exitCode: 1, retryable: false },
  corrupt: { exitCode: 1, retryable: false },
  internal: { exitCode: 1, retryable: false },
  cancelled: { exitCode: 130, retryable: false },
} as const satisfies Record<string, { exitCode: number; retryable: boolean }>;

export type ErrorCode = keyof typeof CODES;

const BRAND = Symbol.for('tranche.error');

/** One sentence for people (what, which thing, what to do), no stack, no row content, no key. */
export class TrancheError extends Error {
  readonly code: ErrorCode;
  readonly [BRAND] = true;

  constructor(code: ErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'TrancheError';
    this.code = code;
  }

  get exitCode(): number {
    return CODES[this.code].exitCode;
  }

  get retryable(): boolean {
    return CODES[this.code].retryable;
  }
}

/** True for a TrancheError of any bundle, with one of the codes if any are named. */
export function isTrancheError(error: unknown, ...codes: ErrorCode[]): error is TrancheError {
  if (typeof error !== 'object' || error === null || !(BRAND in error)) return false;
  return codes.length === 0 || codes.includes((error as TrancheError).code);
}

/** Throws `cancelled` once the signal is aborted. */
export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new TrancheError('cancelled', 'Stopped.');
}

/** The sentence of any thrown value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
