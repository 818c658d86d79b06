import { isTrancheError, TrancheError } from '../core/errors.ts';

/** The system's code of a failed file operation, `ENOSPC`; null when it has none. */
export function systemCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

/** A failed write as a sentence; `what` is the file or folder. A TrancheError stays as it is. */
export function diskError(error: unknown, what: string): TrancheError {
  if (isTrancheError(error)) return error;
  const code = systemCode(error);
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new TrancheError(
        'disk',
        `The disk is full: ${what} could not be written; free some space and try again.`,
        error,
      );
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new TrancheError(
        'disk',
        `${what} may not be written; give yourself the right to it and try again.`,
        error,
      );
    default:
      return new TrancheError('disk', `${what} cannot be written (${code ?? String(error)}).`, error);
  }
}
