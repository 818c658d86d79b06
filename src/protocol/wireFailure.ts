import type { ErrorCode } from '../core/errors.ts';
import type { WireError } from './engineProtocol.ts';

/** The brand of the engine's own errors, whose sentences are made for people. */
const BRAND = Symbol.for('tranche.error');

/** An error that came over a wire: one sentence for people and what kind it is. */
export class WireFailure extends Error implements WireError {
  readonly code: ErrorCode;
  /** True when the other side is gone: nobody knows whether the request was carried out. */
  readonly isGone: boolean;

  constructor({ code, message }: WireError, isGone = false) {
    super(message);
    this.name = 'WireFailure';
    this.code = code;
    this.isGone = isGone;
  }
}

/** True for an error of a person's making or of the world, false for a mistake in the program. */
export function isForPeople(error: unknown): error is Error & WireError {
  if (error instanceof WireFailure) return true;
  return error instanceof Error && BRAND in error && 'code' in error;
}

/** How any thrown value crosses a wire. */
export function wireErrorOf(error: unknown): WireError {
  if (isForPeople(error)) return { code: error.code, message: error.message };
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'internal', message: `Something unexpected went wrong: ${message}` };
}

/** True for an error that says that somebody asked to stop. */
export function isCancelled(error: unknown): boolean {
  return isForPeople(error) && error.code === 'cancelled';
}
