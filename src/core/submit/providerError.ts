import { isTrancheError, TrancheError } from '../errors.ts';

/** What a provider's answer said besides its sentence. */
export interface ProviderFault {
  /** HTTP status; null when no answer came. */
  readonly status: number | null;
  /** The provider's own code, `token_limit_exceeded`. */
  readonly providerCode: string | null;
  /** The provider's own message, without secrets. */
  readonly providerMessage: string | null;
  readonly retryAfterMs: number | null;
  /** True when the same call may succeed later although this one was clearly refused (429). */
  readonly mayPass: boolean;
}

/** A failed call: code `network` when nobody knows whether it was carried out, `refusedByProvider` or `noKey` when it was not. */
export class ProviderError extends TrancheError {
  readonly fault: ProviderFault;

  constructor(code: 'network' | 'refusedByProvider' | 'noKey', message: string, fault: ProviderFault) {
    super(code, message);
    this.name = 'ProviderError';
    this.fault = fault;
  }
}

/** The facts of a failed provider call, null for any other error. */
export function faultOf(error: unknown): ProviderFault | null {
  return isTrancheError(error) && 'fault' in error ? (error.fault as ProviderFault) : null;
}

/** Our own code for a list that ended before the service had shown everything it promised. */
export const LIST_INCOMPLETE = 'tranche_list_incomplete';

/** True when a listing ended early: what it showed is right, what it did not show may still be there. */
export function isListIncomplete(error: unknown): boolean {
  return faultOf(error)?.providerCode === LIST_INCOMPLETE;
}
