import { TrancheError } from '../errors.ts';
import { applyEvent } from './replay.ts';
import type { RunEvent } from './runEvents.ts';
import type { RunDeps } from './runPorts.ts';
import type { ChunkState, RunState } from './runState.ts';

/** The run's journal together with the state it tells, kept in step. */
export interface Ledger {
  state: () => RunState;
  chunk: (index: number) => ChunkState;
  /** Makes the event durable, then changes the state, then tells of it. */
  record: (event: RunEvent) => Promise<void>;
  /** Tells how far an upload is, at most four times a second for each chunk. */
  sent: (index: number, bytes: number) => void;
  /** Tells how far the provider is, though nothing is recorded. */
  tell: (index: number, answered: number) => void;
}

const TICK_MS = 250;

/** A ledger that goes on from `run`, the state of the journal's events so far. */
export function openLedger({ journal, clock, onProgress }: RunDeps, run: RunState): Ledger {
  let state = run;
  const lastTick = new Map<number, number>();
  const chunkOf = (index: number): ChunkState => {
    const chunk = state.chunks.get(index);
    if (chunk === undefined) throw new TrancheError('internal', `The run has no chunk ${index}.`);
    return chunk;
  };
  const emit = (index: number, sentBytes?: number, answered?: number): void => {
    const { phase, attempt, bytes, requests, counts, batchId, rowCounts, message, fileId } = chunkOf(index);
    onProgress({
      kind: 'chunk',
      chunk: index,
      attempt,
      phase,
      bytes,
      sentBytes: sentBytes ?? (fileId === null ? 0 : bytes),
      requests,
      answered: answered ?? (counts === null ? 0 : counts.completed + counts.failed),
      batchId,
      rowCounts,
      message,
    });
  };
  const tick = (index: number, send: () => void): void => {
    const now = clock.now();
    if (now - (lastTick.get(index) ?? -Infinity) < TICK_MS) return;
    lastTick.set(index, now);
    send();
  };
  return {
    state: () => state,
    chunk: chunkOf,
    record: async (event) => {
      const record = await journal.append(event); // first: others change the state meanwhile
      state = applyEvent(state, record);
      if ('chunk' in event) emit(event.chunk);
      else if (event.type === 'note') onProgress({ kind: 'note', message: event.message });
    },
    sent: (index, bytes) => tick(index, () => emit(index, bytes)),
    tell: (index, answered) => tick(index, () => emit(index, undefined, answered)),
  };
}
