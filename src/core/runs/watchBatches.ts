import { TrancheError } from '../errors.ts';
import type { BatchApi, RemoteBatch } from '../submit/batchApi.ts';
import { faultOf, isListIncomplete } from '../submit/providerError.ts';
import { nextLookAtMs } from './nextLook.ts';
import type { Patience } from './patience.ts';
import type { RunDeps } from './runPorts.ts';
import { openWakeableSleep } from './wakeableSleep.ts';

/** Looks at all live batches of a run together, by listing. */
export interface BatchWatch {
  /** The batch at the next look. `sinceMs` is when it was created by our clock, `createdAtMs` by the provider's (0: unknown). */
  next: (batchId: string, sinceMs: number, createdAtMs: number) => Promise<RemoteBatch>;
}

interface Watched {
  readonly sinceMs: number;
  readonly createdAtMs: number;
  readonly resolve: (batch: RemoteBatch) => void;
  readonly reject: (error: unknown) => void;
}

/** A batch counts as older only when it is so much older: clocks differ. */
export const SLACK_MS = 300_000;
/** This many older batches in a row end a listing: order is nowhere promised. */
export const OLDER_IN_A_ROW = 100;
/** Batches on a page of a listing: one call. */
const PAGE = 100;

/** A watch that lives as long as `signal`; calls after that reject with `cancelled`. */
export function openBatchWatch(deps: RunDeps, patience: Patience, signal: AbortSignal): BatchWatch {
  const { api, clock, tuning } = deps;
  const watched = new Map<string, Watched>();
  const nap = openWakeableSleep(clock);
  let lastLookMs = -Infinity;
  let isLooking = false;
  let canList = true;

  const loop = async (): Promise<void> => {
    for (;;) {
      if (watched.size === 0) {
        isLooking = false; // in the same breath, so that whoever comes next starts a new loop
        return;
      }
      const sinces = [...watched.values()].map(({ sinceMs }) => sinceMs);
      const waitMs = nextLookAtMs(sinces, lastLookMs, tuning) - clock.now();
      if (waitMs > 0) await nap.sleep(waitMs, signal);
      else await look();
    }
  };

  const look = async (): Promise<void> => {
    const asked = new Map(watched);
    const listed = canList ? await patience.run(() => listOf(api, asked, signal), signal) : null;
    canList = listed !== null;
    const found = listed ?? new Map<string, RemoteBatch>();
    for (const id of asked.keys()) {
      if (!found.has(id)) await retrieve(id, found);
    }
    lastLookMs = clock.now();
    for (const [id, batch] of found) settle(id, (entry) => entry.resolve(batch));
  };

  const retrieve = async (id: string, found: Map<string, RemoteBatch>): Promise<void> => {
    try {
      found.set(id, await patience.run(() => api.retrieveBatch(id, signal), signal));
    } catch (error) {
      if (faultOf(error)?.status !== 404) throw error;
      settle(id, (entry) => entry.reject(error));
    }
  };

  const settle = (id: string, how: (entry: Watched) => void): void => {
    const entry = watched.get(id);
    watched.delete(id);
    if (entry !== undefined) how(entry);
  };

  const start = async (): Promise<void> => {
    if (isLooking) return nap.wake();
    isLooking = true;
    try {
      await loop();
    } catch (error) {
      isLooking = false;
      for (const id of [...watched.keys()]) settle(id, (entry) => entry.reject(error));
    }
  };

  return {
    next: (batchId, sinceMs, createdAtMs) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(new TrancheError('cancelled', 'Stopped.'));
        watched.set(batchId, { sinceMs, createdAtMs, resolve, reject });
        void start();
      }),
  };
}

/** The batches asked for, as far as the list shows them for fewer calls than asking for each takes; null when there is no list. */
async function listOf(
  api: BatchApi,
  asked: ReadonlyMap<string, Watched>,
  signal: AbortSignal,
): Promise<Map<string, RemoteBatch> | null> {
  const found = new Map<string, RemoteBatch>();
  const oldestMs = Math.min(...[...asked.values()].map(({ createdAtMs }) => createdAtMs || Infinity)) - SLACK_MS;
  let older = 0;
  let read = 0;
  try {
    for await (const batch of api.listBatches(signal)) {
      read++;
      if (asked.has(batch.id)) found.set(batch.id, batch);
      older = batch.createdAtMs !== 0 && batch.createdAtMs < oldestMs ? older + 1 : 0;
      const missing = asked.size - found.size;
      if (missing === 0 || older >= OLDER_IN_A_ROW) break;
      if (read % PAGE === 0 && read / PAGE >= missing) break; // from here on asking for them one by one is cheaper
    }
    return found;
  } catch (error) {
    if (isListingMissing(error)) return null;
    if (isListIncomplete(error)) return found;
    throw error;
  }
}

/** True when a service has no list of batches at all. */
export function isListingMissing(error: unknown): boolean {
  const status = faultOf(error)?.status;
  return status === 404 || status === 405 || status === 501;
}
