import { isTrancheError, messageOf, throwIfAborted, TrancheError } from '../errors.ts';
import type { RemoteFile, RenderedChunk } from '../submit/batchApi.ts';
import { uploadName } from '../submit/batchNames.ts';
import type { Drive } from './drive.ts';
import { mayPass } from './patience.ts';
import { verdictOn } from './refusal.ts';
import { SLACK_MS } from './watchBatches.ts';

/** Brings a rendered chunk's bytes to the provider: afterwards the chunk has a file id, or is refused. */
export async function uploadChunk(drive: Drive, rendered: RenderedChunk): Promise<void> {
  const { deps, ledger } = drive;
  const { index, sha256, bytes, rows, requests } = rendered;
  const chunk = ledger.chunk(index);
  checkSame(drive, rendered);
  if (chunk.sha256 === null)
    await ledger.record({ type: 'chunkRendered', chunk: index, sha256, bytes, rows, requests });
  const { attempt } = chunk;
  const name = uploadName({ runId: ledger.state().created.runId, chunk: index, attempt }, sha256);
  await deps.ownership.verify();
  const intentMs = chunk.uploadIntentAtMs ?? deps.clock.now();
  await ledger.record({ type: 'uploadIntent', chunk: index, attempt, name, bytes });
  const spell = drive.patience.begin();
  for (;;) {
    const sent = await send(drive, rendered, name);
    if ('file' in sent) return recordUploaded(drive, index, sent.file, false);
    if (!mayPass(sent.error)) return refuseChunk(drive, index, sent.error);
    await spell.pause(sent.error, drive.signal);
    const file = isTrancheError(sent.error, 'network') ? await lookUp(drive, name, bytes, intentMs) : null;
    if (file !== null) return recordUploaded(drive, index, file, true);
    await deps.ownership.verify();
  }
}

/** Settles an upload of an earlier life: afterwards the chunk has a file id, or nothing of it is at the provider. */
export async function findUpload(drive: Drive, index: number): Promise<void> {
  const { uploadName: name, uploadIntentAtMs, bytes } = drive.ledger.chunk(index);
  const file = name === null ? null : await lookUp(drive, name, bytes, uploadIntentAtMs ?? 0);
  if (file !== null) await recordUploaded(drive, index, file, true);
}

/** Ends a chunk the provider refused, or stops the run if its size is not the reason. */
export async function refuseChunk(drive: Drive, index: number, error: unknown): Promise<void> {
  const { ledger } = drive;
  if (!isTrancheError(error, 'refusedByProvider')) throw error;
  if (verdictOn(error) === 'run') throw error;
  await ledger.record({
    type: 'refused',
    chunk: index,
    attempt: ledger.chunk(index).attempt,
    message: messageOf(error),
  });
}

type Sent = { readonly file: RemoteFile } | { readonly error: unknown };

async function send({ deps, ledger, patience, signal }: Drive, rendered: RenderedChunk, name: string): Promise<Sent> {
  try {
    const request = { name, sizeBytes: rendered.bytes, body: rendered.body };
    const file = await deps.api.upload(request, (bytes) => ledger.sent(rendered.index, bytes), signal);
    patience.heard();
    return { file };
  } catch (error) {
    throwIfAborted(signal);
    return { error };
  }
}

/** Null also where the service has no list of files, or not this one: to upload twice costs nothing. */
async function lookUp(drive: Drive, name: string, bytes: number, intentMs: number): Promise<RemoteFile | null> {
  const { deps, patience, signal } = drive;
  try {
    return await patience.run(() => deps.api.findUploaded(name, bytes, intentMs - SLACK_MS, signal), signal);
  } catch (error) {
    if (isTrancheError(error, 'refusedByProvider')) return null;
    throw error;
  }
}

async function recordUploaded({ deps, ledger }: Drive, index: number, file: RemoteFile, found: boolean): Promise<void> {
  const { attempt, bytes } = ledger.chunk(index);
  if (file.sizeBytes !== 0 && file.sizeBytes !== bytes) {
    deps.log.warn(`Chunk ${index} has ${bytes} bytes, the provider says ${file.sizeBytes} for file ${file.id}.`);
  }
  const { id: fileId, createdAtMs } = file;
  await ledger.record({ type: 'uploaded', chunk: index, attempt, fileId, createdAtMs, found });
}

function checkSame({ ledger }: Drive, { index, sha256, bytes, rows }: RenderedChunk): void {
  const chunk = ledger.chunk(index);
  const isSame = rows === chunk.rows && bytes === chunk.bytes && (chunk.sha256 === null || chunk.sha256 === sha256);
  if (isSame) return;
  throw new TrancheError(
    'changed',
    `Chunk ${index} is no longer what was planned: the dataset or the job changed since the run began. Put the old one back and resume, or cancel the run and plan again.`,
  );
}
