import { isTrancheError, messageOf, throwIfAborted } from '../errors.ts';
import type { RemoteBatch } from '../submit/batchApi.ts';
import { batchMetadata, isBatchOf, type AttemptName } from '../submit/batchNames.ts';
import { faultOf, isListIncomplete } from '../submit/providerError.ts';
import { queueFull } from '../submit/queueFull.ts';
import { weightOf, type Drive } from './drive.ts';
import { mayPass, type Spell } from './patience.ts';
import { isFileNotYetThere } from './refusal.ts';
import { tooHeavyFor } from './room.ts';
import type { QueueLimit } from './runEvents.ts';
import type { ChunkState } from './runState.ts';
import { refuseChunk } from './uploadChunk.ts';
import { isListingMissing, OLDER_IN_A_ROW, SLACK_MS } from './watchBatches.ts';

const DAY_MS = 86_400_000;
/** About two minutes, for a fresh file to be seen everywhere. */
const MAX_SETTLING_TRIES = 7;

/**
 * Announces and makes the one call that spends money. Afterwards the chunk has a batch, waits for room, is refused,
 * or its creation is unclear and `findBatch` comes next.
 */
export async function createBatch(drive: Drive, index: number, spell: Spell): Promise<void> {
  const { ledger, room, signal } = drive;
  const chunk = ledger.chunk(index);
  if (chunk.fileId === null) return;
  const weight = weightOf(chunk);
  await room.turn(weight, () => tellWaiting(drive, chunk), signal);
  const leave = await drive.creates.acquire(signal);
  try {
    await announceAndCall(drive, chunk);
  } catch (error) {
    await afterFailedCreate(drive, index, error, spell);
  } finally {
    leave();
    if (ledger.chunk(index).batchId === null && ledger.chunk(index).createIntentAtMs === null) room.left(index);
  }
}

/** Does nothing once the run is cancelled: who cancels waits for those that are in here. */
async function announceAndCall(drive: Drive, { index, attempt, fileId, sha256, rows }: ChunkState): Promise<void> {
  const { deps, ledger, signal } = drive;
  const { runId, endpoint, toolVersion } = ledger.state().created;
  const leave = await drive.createCalls.acquire(signal);
  try {
    if (fileId === null || ledger.state().cancelRequested) return;
    await ledger.record({ type: 'createIntent', chunk: index, attempt, fileId });
    const facts = { sha256: sha256 ?? '', rows, fence: deps.ownership.fence, toolVersion };
    const metadata = batchMetadata({ runId, chunk: index, attempt }, facts);
    await deps.ownership.verify();
    const batch = await deps.api.createBatch({ inputFileId: fileId, endpoint, metadata }, signal);
    drive.patience.heard();
    await recordCreated(drive, index, batch, false);
  } finally {
    leave();
  }
}

async function tellWaiting({ ledger }: Drive, { index, attempt, phase }: ChunkState): Promise<void> {
  if (phase === 'waitingForRoom') return;
  const message = "Waits for room in the provider's queue.";
  await ledger.record({ type: 'noRoom', chunk: index, attempt, batchId: null, limit: null, message });
}

async function afterFailedCreate(drive: Drive, index: number, error: unknown, spell: Spell): Promise<void> {
  const { ledger, signal } = drive;
  throwIfAborted(signal);
  if (isTrancheError(error, 'network')) return spell.pause(error, signal);
  const chunk = ledger.chunk(index);
  const { attempt } = chunk;
  const fault = faultOf(error);
  const full = fault === null ? null : queueFull(fault.providerCode, fault.providerMessage);
  if (full !== null) {
    spell.reset();
    const message = fault?.providerMessage ?? messageOf(error);
    return recordNoRoom(
      drive,
      index,
      null,
      full.limit === null ? null : { kind: full.kind, limit: full.limit },
      message,
    );
  }
  const isSettling = isFileNotYetThere(error, chunk) && spell.tries() < MAX_SETTLING_TRIES;
  if (fault !== null) {
    await ledger.record({ type: 'notCreated', chunk: index, attempt, reason: messageOf(error) });
  }
  if (isFileNotYetThere(error, chunk) && !isSettling) return forgetFile(drive, chunk, error);
  if (!mayPass(error) && !isSettling) return refuseChunk(drive, index, error);
  await spell.pause(error, signal);
}

/** Sends the chunk again, once in a run's life: a second lost file is no accident. */
async function forgetFile({ ledger, lostFiles }: Drive, chunk: ChunkState, error: unknown): Promise<void> {
  const { index, attempt, fileId } = chunk;
  if (lostFiles.has(index)) throw error;
  lostFiles.add(index);
  await ledger.record({ type: 'fileLost', chunk: index, attempt, fileId: fileId ?? '' });
}

/** Notes that the queue was full: the chunk waits for its turn, unless it is larger than the whole queue. */
export async function recordNoRoom(
  drive: Drive,
  index: number,
  batchId: string | null,
  limit: QueueLimit | null,
  message: string,
): Promise<void> {
  const { ledger, room } = drive;
  const chunk = ledger.chunk(index);
  await ledger.record({ type: 'noRoom', chunk: index, attempt: chunk.attempt, batchId, limit, message });
  room.full(index);
  const tooSmall = tooHeavyFor(weightOf(chunk), limit === null ? [] : [limit]);
  if (tooSmall === null) return;
  const need = tooSmall.kind === 'tokens' ? `about ${chunk.tokens ?? 0} tokens` : `${chunk.requests} requests`;
  const key = tooSmall.kind === 'tokens' ? 'limits.maxTokens' : 'limits.maxRequests';
  await ledger.record({
    type: 'refused',
    chunk: index,
    attempt: ledger.chunk(index).attempt,
    message: `Chunk ${index} holds ${need}, the provider's whole queue ${tooSmall.limit}: set ${key} below that and plan again.`,
  });
}

async function recordCreated(
  { ledger, room }: Drive,
  index: number,
  batch: RemoteBatch,
  found: boolean,
): Promise<void> {
  room.accepted(weightOf(ledger.chunk(index)));
  const { attempt } = ledger.chunk(index);
  const { id: batchId, createdAtMs } = batch;
  await ledger.record({ type: 'created', chunk: index, attempt, batchId, createdAtMs, found });
}

/**
 * Settles a creation nobody heard the end of, by looking at the provider's list a few times.
 * Afterwards the chunk has its batch, is free to be created again, or is unsettled.
 */
export async function findBatch(drive: Drive, index: number, unclearSinceMs: number): Promise<void> {
  const { deps, ledger, patience, signal } = drive;
  const chunk = ledger.chunk(index);
  const { attempt } = chunk;
  for (const afterMs of deps.tuning.settleMs) {
    const waitMs = unclearSinceMs + afterMs - deps.clock.now();
    if (waitMs > 0) await deps.clock.sleep(waitMs, signal);
    const found = await patience.run(() => lookFor(drive, chunk), signal);
    if (typeof found === 'object') return recordCreated(drive, index, found, true);
    if (found === 'unknown')
      return ledger.state().cancelRequested ? giveUp(drive, index) : recordUnsettled(drive, index);
  }
  const reason = "The provider's list shows no such batch.";
  await ledger.record({ type: 'notCreated', chunk: index, attempt, reason });
  drive.room.left(index);
}

async function lookFor(drive: Drive, chunk: ChunkState): Promise<RemoteBatch | 'none' | 'unknown'> {
  const { deps, ledger, signal } = drive;
  const name: AttemptName = { runId: ledger.state().created.runId, chunk: chunk.index, attempt: chunk.attempt };
  const horizonMs = horizonOf(chunk);
  let older = 0;
  let doubt = false;
  try {
    for await (const batch of deps.api.listBatches(signal)) {
      const isOlder = batch.createdAtMs !== 0 && batch.createdAtMs < horizonMs;
      older = isOlder ? older + 1 : 0;
      if (older >= OLDER_IN_A_ROW) break;
      const is = isBatchOf(batch, name, chunk.fileId ?? '', chunk.earlierBatchIds);
      if (is === 'yes') return batch;
      if (is === 'unknown' && !isOlder) doubt = true;
    }
  } catch (error) {
    if (!isListingMissing(error) && !isListIncomplete(error)) throw error;
    doubt = true;
  }
  return doubt ? 'unknown' : 'none';
}

/** No batch of the chunk is older, by the provider's clock: it comes after its input file. */
function horizonOf({ fileCreatedAtMs, createIntentAtMs }: ChunkState): number {
  if (fileCreatedAtMs !== 0) return fileCreatedAtMs - SLACK_MS;
  return (createIntentAtMs ?? 0) - DAY_MS;
}

async function recordUnsettled({ ledger }: Drive, index: number): Promise<void> {
  const { attempt, fileId } = ledger.chunk(index);
  const { runId } = ledger.state().created;
  const message =
    `Nobody can tell whether a batch of chunk ${index} was created, because the provider does not list all of its batches: ` +
    `look there for one with input file ${fileId ?? ''}; resume run ${runId} to look again, or cancel the run, and that batch there, to leave the chunk unanswered.`;
  await ledger.record({ type: 'unsettled', chunk: index, attempt, message });
}

/** The run is cancelled: a batch that may or may not be there is left to the person who cancels. */
async function giveUp({ ledger }: Drive, index: number): Promise<void> {
  const { attempt, fileId } = ledger.chunk(index);
  const message = `A batch of chunk ${index} may have been created: look for one with input file ${fileId ?? ''} at the provider and cancel it there.`;
  await ledger.record({ type: 'note', message });
  await ledger.record({ type: 'notCreated', chunk: index, attempt, reason: message });
}
