import type { Drive } from './drive.ts';
import { withWholeAnswers } from './mendAnswers.ts';
import { checkCounts } from './rowCounts.ts';
import type { SavedFile } from './runEvents.ts';
import { isUnknown, untilVisible } from './untilVisible.ts';

/** Brings both answer files of an ended batch into the run's folder, whole and synced. */
export async function downloadChunk(drive: Drive, index: number): Promise<void> {
  const { ledger, downloads, signal } = drive;
  const { attempt, end } = ledger.chunk(index);
  const leave = await downloads.acquire(signal);
  try {
    const base = `answers/chunk-${String(index).padStart(4, '0')}-a${attempt}`;
    const output = await save(drive, index, end?.outputFileId ?? null, `${base}.output.jsonl`);
    const errors = await save(drive, index, end?.errorFileId ?? null, `${base}.errors.jsonl`);
    await ledger.record({ type: 'downloaded', chunk: index, attempt, output, errors });
  } finally {
    leave();
  }
}

/** Null when there is no file, or when the run is cancelled and the provider does not know it any more. */
async function save(drive: Drive, index: number, fileId: string | null, name: string): Promise<SavedFile | null> {
  const { deps, ledger, patience, signal } = drive;
  if (fileId === null) return null;
  try {
    return await untilVisible(drive, ledger.chunk(index).end?.atMs ?? 0, () =>
      patience.run(() => deps.files.save(name, deps.api.download(fileId, signal), signal), signal),
    );
  } catch (error) {
    if (!isUnknown(error) || !ledger.state().cancelRequested) throw error;
    const message = `The provider does not know the answer file ${fileId} of chunk ${index} any more: rows without an answer are missing.`;
    await ledger.record({ type: 'note', message });
    return null;
  }
}

/** Counts the chunk's rows; every one of them must come out exactly once. `unsent`: the run was cancelled before it had a batch. */
export async function collectChunk(drive: Drive, index: number, unsent: boolean): Promise<void> {
  const { deps, ledger, downloads, signal } = drive;
  const { attempt, rows, end, saved } = ledger.chunk(index);
  const status = unsent ? 'unsent' : (end?.status ?? 'unsent');
  const leave = await downloads.acquire(signal);
  try {
    const answers = {
      chunk: index,
      attempt,
      rows,
      end: status,
      output: saved?.output ?? null,
      errors: saved?.errors ?? null,
      problems: end?.problems ?? [],
    };
    const counted = await withWholeAnswers(drive, [index], () => deps.collectChunk(answers, signal));
    const counts = checkCounts(counted, rows, `chunk ${index}`);
    await ledger.record({ type: 'chunkDone', chunk: index, attempt, end: status, counts });
  } finally {
    leave();
  }
}
