import type { WireError } from '../protocol/engineProtocol.ts';

const BRAND = Symbol.for('tranche.error');

/** What people are told of a failure; errors come from another bundle too, so their shape decides and not their class. */
export function failureOf(error: unknown): WireError {
  if (!(error instanceof Error)) return { code: 'internal', message: String(error) };
  return { code: 'code' in error && isCode(error.code) ? error.code : 'internal', message: error.message };
}

/** Codes are camel-case words of ours; the file system's (`ENOENT`) are not. */
function isCode(code: unknown): code is WireError['code'] {
  return typeof code === 'string' && /^[a-z]/.test(code);
}

export function isCancelled(error: unknown): boolean {
  return failureOf(error).code === 'cancelled';
}

/** True where the other side ended before it answered. */
export function isGone(error: unknown): boolean {
  return error instanceof Error && 'isGone' in error && error.isGone === true;
}

/** One sentence for people that the extension itself has to say; branded as the engine's are, so that pages show it as it stands. */
export class Sentence extends Error implements WireError {
  readonly code: WireError['code'];
  readonly isGone: boolean;
  readonly [BRAND] = true;

  constructor(code: WireError['code'], message: string, isGone = false) {
    super(message);
    this.name = 'Sentence';
    this.code = code;
    this.isGone = isGone;
  }
}
