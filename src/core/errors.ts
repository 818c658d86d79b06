/**
 * Every error a person can meet. The sentence is made where the error is met (it knows the file, the row, the key);
 * the code decides what follows: the exit code, what the editor offers to do next.
 */
const EXIT_CODES = {
  /** Wrong use or bad input: a person mends it. */
  usage: 2,
  badJob: 2,
  badData: 2,
  notFound: 2,
  notSupported: 2,
  noKey: 2,
  budget: 2,
  stale: 2,
  owned: 2,
  exists: 2,
  /** The world failed. */
  disk: 1,
  changed: 1,
  network: 1,
  refusedByProvider: 1,
  unsettled: 1,
  corrupt: 1,
  internal: 1,
  cancelled: 130,
} as const satisfies Record<string, number>;

/** What kind an error is. */
export type ErrorCode = keyof typeof EXIT_CODES;

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
    return EXIT_CODES[this.code];
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
