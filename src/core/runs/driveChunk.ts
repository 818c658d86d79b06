import { throwIfAborted } from '../errors.ts';
import type { RemoteBatch } from '../submit/batchApi.ts';
import { endStatusOf } from '../submit/batchStatus.ts';
import { faultOf } from '../submit/providerError.ts';
import { queueFull, type QueueFull } from '../submit/queueFull.ts';
import { collectChunk, downloadChunk } from './collectChunk.ts';
import { createBatch, findBatch, recordNoRoom } from './createBatch.ts';
import { weightOf, type Drive } from './drive.ts';
import { nextStep } from './nextStep.ts';
import type { RunEvent } from './runEvents.ts';
import type { ChunkState } from './runState.ts';

/** Takes an uploaded chunk step by step to its counted rows; ends early only when the chunk is unsettled or needs its bytes. */
export async function driveChunk(drive: Drive, index: number): Promise<void> {
  const { deps, ledger, room, signal } = drive;
  const spell = drive.patience.begin();
  let unclearSinceMs = deps.clock.now(); // not since the intent: a slow service may still be at work on it
  if (ledger.chunk(index).batchId !== null) room.accepted(weightOf(ledger.chunk(index)));
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

async function cancelBatch({ deps, ledger, patience, signal }: Drive, index: number): Promise<void> {
  const { batchId, attempt } = ledger.chunk(index);
  if (batchId === null) return;
  await deps.ownership.verify();
  await patience.run(async () => {
    try {
      await deps.api.cancelBatch(batchId, signal);
    } catch (error) {
      const status = faultOf(error)?.status;
      if (status !== 400 && status !== 409) throw error; // it has ended meanwhile: watching shows how
    }
  }, signal);
  await ledger.record({ type: 'cancelSent', chunk: index, attempt, batchId });
}

async function watchOnce(drive: Drive, chunk: ChunkState): Promise<void> {
  const { ledger, room, watch } = drive;
  const { index, attempt, batchId } = chunk;
  if (batchId === null) return;
  const batch = await watch.next(batchId, chunk.cancelSentAtMs ?? chunk.createIntentAtMs ?? 0, chunk.batchCreatedAtMs);
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
