import { throwIfAborted, TrancheError } from '../errors.ts';
import type { RemoteBatch } from '../submit/batchApi.ts';
import { endStatusOf } from '../submit/batchStatus.ts';
import { queueFull, type QueueFull } from '../submit/queueFull.ts';
import { cancelBatch, recordLostBatch } from './cancelBatch.ts';
import { collectChunk, downloadChunk } from './collectChunk.ts';
import { createBatch, findBatch, recordNoRoom } from './createBatch.ts';
import { weightOf, type Drive } from './drive.ts';
import { nextStep } from './nextStep.ts';
import type { RunEvent } from './runEvents.ts';
import type { ChunkState } from './runState.ts';
import { isUnknown, untilVisible } from './untilVisible.ts';

/** Takes an uploaded chunk step by step to its counted rows; ends early only when the chunk is unsettled or needs its bytes. */
export async function driveChunk(drive: Drive, index: number): Promise<void> {
  const { ledger, room } = drive;
  if (ledger.chunk(index).batchId !== null) room.accepted(weightOf(ledger.chunk(index)));
  try {
    await takeSteps(drive, index);
  } finally {
    room.left(index); // whatever ended it: nobody may wait behind it for ever
  }
}

async function takeSteps(drive: Drive, index: number): Promise<void> {
  const { deps, ledger, signal } = drive;
  const spell = drive.patience.begin();
  let unclearSinceMs = deps.clock.now(); // not since the intent: a slow service may still be at work on it
  for (;;) {
    throwIfAborted(signal);
    const step = nextStep(ledger.chunk(index), ledger.state().cancelRequested);
    switch (step) {
      case 'nothing':
      case 'upload':
      case 'findUpload':
        return;
      case 'create':
        await createBatch(drive, index, spell);
        unclearSinceMs = deps.clock.now();
        break;
      case 'findBatch':
        await findBatch(drive, index, unclearSinceMs);
        if (ledger.chunk(index).phase === 'unsettled') return;
        break;
      case 'cancel':
        await cancelBatch(drive, index);
        break;
      case 'watch':
        spell.reset();
        await watchOnce(drive, ledger.chunk(index));
        break;
      case 'download':
        await downloadChunk(drive, index);
        break;
      case 'collect':
        await collectChunk(drive, index, false);
        break;
      case 'collectUnsent':
        await collectChunk(drive, index, true);
    }
  }
}

async function watchOnce(drive: Drive, chunk: ChunkState): Promise<void> {
  const { ledger, room } = drive;
  const { index, attempt, batchId } = chunk;
  if (batchId === null) return;
  const batch = await lookAt(drive, chunk, batchId);
  if (batch === null) return recordLostBatch(drive, chunk, batchId);
  const status = endStatusOf(batch.status);
  if (status === null) return seen(drive, chunk, batch);
  const full = status === 'failed' ? fullQueueOf(batch) : null;
  if (full !== null && !ledger.state().cancelRequested) {
    const limit = full.limit === null ? null : { kind: full.kind, limit: full.limit };
    return recordNoRoom(drive, index, batchId, limit, batch.errors[0]?.message ?? "The provider's queue is full.");
  }
  await ledger.record({
    type: 'terminal',
    chunk: index,
    attempt,
    batchId,
    status,
    outputFileId: batch.outputFileId,
    errorFileId: batch.errorFileId,
    counts: batch.counts,
    usage: batch.usage,
    problems: batch.errors,
  });
  room.left(index);
}

/** The batch at the next look, its end confirmed by itself; null when the run is cancelled and the provider does not know it. */
async function lookAt(drive: Drive, chunk: ChunkState, batchId: string): Promise<RemoteBatch | null> {
  const { deps, ledger, patience, watch, signal } = drive;
  const { cancelSentAtMs, createIntentAtMs, batchCreatedAtMs } = chunk;
  const createdMs = createIntentAtMs ?? 0;
  const retrieve = (): Promise<RemoteBatch> => patience.run(() => deps.api.retrieveBatch(batchId, signal), signal);
  try {
    return await untilVisible(drive, createdMs, async () => {
      const listed = await watch.next(batchId, cancelSentAtMs ?? createdMs, batchCreatedAtMs);
      if (endStatusOf(listed.status) === null) return listed;
      let batch = await retrieve(); // a list may be older, or leave things out
      for (const afterMs of deps.tuning.settleMs) {
        if (!isWithoutAnswers(batch)) break;
        await deps.clock.sleep(afterMs, signal);
        batch = await retrieve();
      }
      if (!isWithoutAnswers(batch) || ledger.state().cancelRequested) return batch;
      throw new TrancheError(
        'unsettled',
        `Batch ${batchId} of chunk ${chunk.index} answered ${batch.counts?.completed ?? 0} rows, but names no file with the answers; look there and resume later, or cancel the run to leave the rows unanswered.`,
      );
    });
  } catch (error) {
    if (isUnknown(error) && ledger.state().cancelRequested) return null;
    throw error;
  }
}

/** A batch that has ended, says it has answers and names no file contradicts itself. */
function isWithoutAnswers({ status, counts, outputFileId, errorFileId }: RemoteBatch): boolean {
  const isEmpty = outputFileId === null && errorFileId === null;
  return endStatusOf(status) !== null && isEmpty && (counts?.completed ?? 0) > 0;
}

function fullQueueOf(batch: RemoteBatch): QueueFull | null {
  for (const { code, message } of batch.errors) {
    const full = queueFull(code, message);
    if (full !== null) return full;
  }
  return null;
}

/** Records a live batch when its state changed or it came on by a twentieth; otherwise only tells of it. */
async function seen({ ledger, room }: Drive, chunk: ChunkState, batch: RemoteBatch): Promise<void> {
  const { index, attempt, requests } = chunk;
  const { status, counts } = batch;
  if (status !== 'validating') room.running(index);
  const answered = (counts?.completed ?? 0) + (counts?.failed ?? 0);
  const before = (chunk.counts?.completed ?? 0) + (chunk.counts?.failed ?? 0);
  if (status === chunk.status && answered - before < Math.max(1, requests / 20)) return ledger.tell(index, answered);
  const event: RunEvent = { type: 'statusSeen', chunk: index, attempt, status, counts };
  await ledger.record(event);
}
