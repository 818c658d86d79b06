import type { BatchWatch } from './watchBatches.ts';
import type { Ledger } from './ledger.ts';
import type { Patience } from './patience.ts';
import type { Room, Weight } from './room.ts';
import type { RunDeps } from './runPorts.ts';
import type { ChunkState } from './runState.ts';
import type { Slots } from './slots.ts';

/** What the steps of one run share while it is driven. */
export interface Drive {
  readonly deps: RunDeps;
  readonly ledger: Ledger;
  readonly patience: Patience;
  readonly watch: BatchWatch;
  readonly room: Room;
  /** Places of chunks that get their batch, pauses between tries included. */
  readonly creates: Slots;
  /** As many places for the calls themselves: whoever has them all knows that no batch is just being created. */
  readonly createCalls: Slots;
  readonly downloads: Slots;
  /** Chunks whose uploaded file the provider had no more. */
  readonly lostFiles: Set<number>;
  /** One chunk's own: aborts when the caller stops or another part of the run fails for good. */
  readonly signal: AbortSignal;
}

/** What the chunk takes of the provider's queue. */
export function weightOf({ index, tokens, requests }: ChunkState): Weight {
  return { index, tokens, requests };
}
