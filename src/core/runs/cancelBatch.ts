import { endStatusOf } from '../submit/batchStatus.ts';
import { faultOf } from '../submit/providerError.ts';
import type { Drive } from './drive.ts';
import type { ChunkState } from './runState.ts';
import { isUnknown, untilVisible } from './untilVisible.ts';

/** Asks the provider to cancel the chunk's batch until it is cancelling or has ended; a batch it does not know ends the chunk. */
export async function cancelBatch(drive: Drive, index: number): Promise<void> {
  const { deps, ledger } = drive;
  const chunk = ledger.chunk(index);
  const { batchId, attempt } = chunk;
  if (batchId === null) return;
  await deps.ownership.verify();
  try {
    await untilVisible(drive, chunk.createIntentAtMs ?? 0, () => askToCancel(drive, batchId));
  } catch (error) {
    if (!isUnknown(error)) throw error;
    return recordLostBatch(drive, chunk, batchId);
  }
  await ledger.record({ type: 'cancelSent', chunk: index, attempt, batchId });
}

async function askToCancel({ deps, patience, signal }: Drive, batchId: string): Promise<void> {
  const spell = patience.begin();
  for (;;) {
    const refusal = await patience.run(async () => {
      try {
        await deps.api.cancelBatch(batchId, signal);
        return null;
      } catch (error) {
        const status = faultOf(error)?.status;
        if (status !== 400 && status !== 409) throw error;
        return { error }; // it has ended meanwhile, or the service is busy
      }
    }, signal);
    if (refusal === null) return;
    const { status } = await patience.run(() => deps.api.retrieveBatch(batchId, signal), signal);
    if (status === 'cancelling' || endStatusOf(status) !== null) return;
    await spell.pause(refusal.error, signal);
  }
}

/** Ends a chunk of a cancelled run whose batch the provider does not know any more: its rows stay unanswered. */
export async function recordLostBatch({ ledger, room }: Drive, chunk: ChunkState, batchId: string): Promise<void> {
  const { index, attempt } = chunk;
  const message = `The provider does not know batch ${batchId} of chunk ${index} any more: its rows are left unanswered.`;
  const facts = { outputFileId: null, errorFileId: null, counts: null, usage: null };
  const problems = [{ code: null, message, line: null }];
  await ledger.record({ type: 'terminal', chunk: index, attempt, batchId, status: 'cancelled', ...facts, problems });
  room.left(index);
}
