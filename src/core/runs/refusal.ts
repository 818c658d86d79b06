import { faultOf } from '../submit/providerError.ts';
import type { ChunkState } from './runState.ts';

/** What to do about a call the provider clearly refused. */
export type RefusalVerdict =
  /** The chunk's rows fail with the provider's message; the others go on. */
  | 'chunk'
  /** The run stops and can be resumed. */
  | 'run';

const TOO_LARGE = /too large|too big|exceeds? the (maximum|max)/i;
const NOT_YET_THERE = /(cannot|can't|could not) find (the )?file|no such file|file .{0,80}not found/i;

/** Decides about a refusal of one chunk: only its size is its own fault for ever, all else (an empty account) a person can mend. */
export function verdictOn(error: unknown): RefusalVerdict {
  const fault = faultOf(error);
  if (fault === null || fault.status === null || fault.status === 401 || fault.status === 403) return 'run';
  return fault.status === 413 || TOO_LARGE.test(fault.providerMessage ?? '') ? 'chunk' : 'run';
}

/** True when a batch was refused because its fresh input file is not visible yet (bespokelabsai/curator issue 116). */
export function isFileNotYetThere(error: unknown, chunk: Pick<ChunkState, 'fileId'>): boolean {
  const fault = faultOf(error);
  if (fault?.status !== 400 && fault?.status !== 404) return false;
  const message = fault.providerMessage ?? '';
  return (
    NOT_YET_THERE.test(message) ||
    (chunk.fileId !== null && message.includes(chunk.fileId) && /find|exist/i.test(message))
  );
}
