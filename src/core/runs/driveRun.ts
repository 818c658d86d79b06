import { isTrancheError, throwIfAborted, TrancheError } from '../errors.ts';
import type { Drive } from './drive.ts';
import { driveChunk } from './driveChunk.ts';
import { openLedger, type Ledger } from './ledger.ts';
import { withWholeAnswers } from './mendAnswers.ts';
import { nextStep } from './nextStep.ts';
import { openPatience } from './patience.ts';
import { openRoom } from './room.ts';
import { checkCounts, countsOf, sumCounts } from './rowCounts.ts';
import type { RunDeps, RunEnd } from './runPorts.ts';
import type { ChunkState, RunState } from './runState.ts';
import { openSlots, type Slots } from './slots.ts';
import { isFatal, openTasks, type Tasks } from './tasks.ts';
import { findUpload, uploadChunk } from './uploadChunk.ts';
import { openBatchWatch } from './watchBatches.ts';

/** Calls that create a batch and are under way when the run is cancelled get so long to tell what came of them. */
const CREATE_GRACE_MS = 10_000;

/**
 * Takes a run from whatever its journal says to its end: new or resumed makes no difference.
 * `signal` stops our work only (`cancelled`): batches go on at the provider and the run can be resumed.
 * `cancel` cancels the run: that is journaled, its batches are cancelled at the provider, and what they did is kept.
 */
export async function driveRun(
  deps: RunDeps,
  run: RunState,
  signal: AbortSignal,
  cancel: AbortSignal = new AbortController().signal,
): Promise<RunEnd> {
  const ledger = openLedger(deps, run);
  if (run.finished !== null) return endOf(ledger.state());
  throwIfAborted(signal);
  if (cancel.aborted) await recordCancel(deps, ledger);
  while (!(await driveAll(deps, ledger, signal, cancel)));
  return finish(deps, ledger, signal);
}

/** Cancels a run and takes it to its end. */
export async function cancelRun(deps: RunDeps, run: RunState, signal: AbortSignal): Promise<RunEnd> {
  return driveRun(deps, run, signal, AbortSignal.abort());
}

async function recordCancel({ ownership }: RunDeps, ledger: Ledger): Promise<void> {
  if (ledger.state().cancelRequested) return;
  await ownership.verify();
  await ledger.record({ type: 'cancelIntent' });
}

/** Drives all chunks as far as they come; false when the run was cancelled on the way, so that they have to be driven on. */
async function driveAll(deps: RunDeps, ledger: Ledger, signal: AbortSignal, cancel: AbortSignal): Promise<boolean> {
  throwIfAborted(signal);
  const stop = new AbortController();
  const createCalls = openSlots(deps.tuning.parallelCreates);
  const onAbort = (): void => stop.abort();
  const cancelling: { end: Promise<void> | null } = { end: null };
  const onCancel = (): void => {
    if (ledger.state().cancelRequested) return;
    cancelling.end = stopForCancel(deps, ledger, createCalls, stop);
    cancelling.end.catch(() => undefined); // told below, unless another error came first
  };
  signal.addEventListener('abort', onAbort, { once: true });
  cancel.addEventListener('abort', onCancel, { once: true });
  try {
    await driveChunks(deps, ledger, createCalls, stop);
  } catch (error) {
    const isOver = signal.aborted || (isFatal(error) && !isTrancheError(error, 'cancelled'));
    if (isOver || cancelling.end === null) throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
    cancel.removeEventListener('abort', onCancel);
    stop.abort(); // ends timers and looks that nobody waits for any more
  }
  await cancelling.end;
  return cancelling.end === null;
}

/** Journals that the run is cancelled, so that no batch is created any more, lets the calls that do so now come to their end, and stops the rest. */
async function stopForCancel(deps: RunDeps, ledger: Ledger, createCalls: Slots, stop: AbortController): Promise<void> {
  const { clock, tuning } = deps;
  try {
    await recordCancel(deps, ledger);
    const places = Array.from({ length: tuning.parallelCreates }, () => createCalls.acquire(stop.signal));
    const grace = clock.sleep(CREATE_GRACE_MS, stop.signal);
    await Promise.race([Promise.all(places), grace]).catch(() => undefined); // stopped already
    void Promise.allSettled([...places, grace]); // what loses the race ends with `stop`
  } finally {
    stop.abort();
  }
}

async function driveChunks(deps: RunDeps, ledger: Ledger, createCalls: Slots, stop: AbortController): Promise<void> {
  const { clock, tuning } = deps;
  const signal = stop.signal;
  const patience = openPatience(deps);
  const drive: Drive = {
    deps,
    ledger,
    patience,
    watch: openBatchWatch(deps, patience, signal),
    room: openRoom(clock, tuning, () => ledger.state().queueLimits, signal),
    creates: openSlots(tuning.parallelCreates),
    createCalls,
    downloads: openSlots(tuning.parallelDownloads),
    lostFiles: new Set(),
    signal,
  };
  const tasks = openTasks(stop);
  for (const index of indexesAt(ledger, (step) => step !== 'upload' && step !== 'findUpload')) {
    tasks.start((own) => driveChunk({ ...drive, signal: own }, index));
  }
  do {
    tasks.start((own) => sendChunks({ ...drive, signal: own }, tasks));
    await tasks.settled();
  } while (indexesAt(ledger, (step) => step === 'upload').length > 0); // a lost file is sent again
}

/** Sends what is not at the provider yet: a chunk is rendered only when a place to upload it is free. */
async function sendChunks(drive: Drive, tasks: Tasks): Promise<void> {
  const { deps, ledger, signal } = drive;
  const slots = openSlots(deps.tuning.parallelUploads);
  for (const index of indexesAt(ledger, (step) => step === 'findUpload')) {
    await findUpload(drive, index);
    if (ledger.chunk(index).fileId !== null) tasks.start((own) => driveChunk({ ...drive, signal: own }, index));
  }
  const wanted = indexesAt(ledger, (step) => step === 'upload' || step === 'findUpload');
  if (wanted.length === 0) return;
  const chunks = deps.renderChunks(wanted, signal)[Symbol.asyncIterator]();
  try {
    for (const index of wanted) {
      const leave = await slots.acquire(signal);
      const next = await chunks.next().catch((error: unknown) => {
        leave();
        throw error;
      });
      if (next.done === true || next.value.index !== index)
        throw new TrancheError('internal', `Chunk ${index} was not rendered.`);
      const rendered = next.value;
      tasks.start(async (own) => {
        const mine = { ...drive, signal: own };
        try {
          await uploadChunk(mine, rendered);
        } finally {
          await rendered.release?.();
          leave();
        }
        await driveChunk(mine, index);
      });
    }
  } finally {
    await chunks.return?.();
  }
}

function indexesAt(ledger: Ledger, isWanted: (step: ReturnType<typeof nextStep>) => boolean): number[] {
  const { chunks, cancelRequested } = ledger.state();
  return [...chunks.values()]
    .filter((chunk: ChunkState) => isWanted(nextStep(chunk, cancelRequested)))
    .map(({ index }) => index)
    .sort((a, b) => a - b);
}

async function finish(deps: RunDeps, ledger: Ledger, signal: AbortSignal): Promise<RunEnd> {
  const end = endOf(ledger.state());
  if (end.state === 'unsettled') return end;
  checkCounts(end.counts, ledger.state().created.rows, 'the run');
  await deps.ownership.verify(); // a computer that slept may have lost the run: two must not write its results
  const mending = { deps, ledger, patience: openPatience(deps), signal };
  const chunks = [...ledger.state().chunks.keys()];
  await withWholeAnswers(mending, chunks, () => deps.writeResults(ledger.state(), signal));
  await deps.ownership.verify();
  await ledger.record({ type: 'runFinished', cancelled: end.state === 'cancelled', counts: end.counts });
  return end;
}

/** How the run stands, as an end: chunks that are not done count as unsettled. */
export function endOf(run: RunState): RunEnd {
  const chunks = [...run.chunks.values()];
  const done = chunks.flatMap(({ rowCounts }) => rowCounts ?? []);
  const unsettled = chunks
    .filter(({ rowCounts }) => rowCounts === null)
    .map(({ index, message }) => ({ chunk: index, message: message ?? `Chunk ${index} is not done.` }));
  return {
    state: unsettled.length > 0 ? 'unsettled' : run.cancelRequested ? 'cancelled' : 'finished',
    counts: run.finished?.counts ?? sumCounts([...done, countsOf('quarantined', run.created.quarantined)]),
    batchesCreated: run.batchesCreated,
    unsettled,
  };
}
