import { isTrancheError } from '../errors.ts';
import type { Ledger } from './ledger.ts';
import type { Patience } from './patience.ts';
import type { SavedFile } from './runEvents.ts';
import type { RunDeps } from './runPorts.ts';
import type { ChunkState } from './runState.ts';
import { isUnknown } from './untilVisible.ts';

/** What mending needs of a drive. */
export interface Mending {
  readonly deps: RunDeps;
  readonly ledger: Ledger;
  readonly patience: Patience;
  readonly signal: AbortSignal;
}

/**
 * Reads the answers of some chunks. Where a file of them is not what was downloaded (`corrupt`, or gone), those that differ are downloaded once more and
 * the answers read again; the first error stands if none differs, or the provider no longer knows the file.
 */
export async function withWholeAnswers<T>(
  mending: Mending,
  chunks: readonly number[],
  read: () => Promise<T>,
): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!isTrancheError(error, 'corrupt') && !isTrancheError(error, 'notFound')) throw error;
    let mended = false;
    for (const index of chunks) mended = (await mendChunk(mending, index)) || mended;
    if (!mended) throw error;
  }
  return read();
}

async function mendChunk(mending: Mending, index: number): Promise<boolean> {
  const { end, saved }: ChunkState = mending.ledger.chunk(index);
  const output = await mendFile(mending, saved?.output ?? null, end?.outputFileId ?? null);
  const errors = await mendFile(mending, saved?.errors ?? null, end?.errorFileId ?? null);
  return output || errors;
}

/** True where the file was another one and is now what the provider gives for it. */
async function mendFile(
  { deps, ledger, patience, signal }: Mending,
  file: SavedFile | null,
  fileId: string | null,
): Promise<boolean> {
  if (file === null || fileId === null || (await deps.files.isSaved(file, signal))) return false;
  await deps.ownership.verify();
  try {
    await patience.run(() => deps.files.save(file.name, deps.api.download(fileId, signal), signal), signal);
  } catch (error) {
    if (isUnknown(error)) return false;
    throw error;
  }
  const message = `${file.name} was not what had been downloaded, and was downloaded again.`;
  await ledger.record({ type: 'note', message });
  return true;
}
