import type { Drive } from './drive.ts';
import { checkCounts } from './rowCounts.ts';
import type { SavedFile } from './runEvents.ts';

/** Brings both answer files of an ended batch into the run's folder, whole and synced. */
export async function downloadChunk(drive: Drive, index: number): Promise<void> {
  const { ledger, downloads, signal } = drive;
  const { attempt, end } = ledger.chunk(index);
  const leave = await downloads.acquire(signal);
  try {
    const base = `answers/chunk-${String(index).padStart(4, '0')}-a${attempt}`;
    const output = await save(drive, end?.outputFileId ?? null, `${base}.output.jsonl`);
    const errors = await save(drive, end?.errorFileId ?? null, `${base}.errors.jsonl`);
    await ledger.record({ type: 'downloaded', chunk: index, attempt, output, errors });
  } finally {
    leave();
  }
}

async function save({ deps, patience, signal }: Drive, fileId: string | null, name: string): Promise<SavedFile | null> {
  if (fileId === null) return null;
  return patience.run(() => deps.files.save(name, deps.api.download(fileId, signal), signal), signal);
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
      usage: end?.usage ?? null,
      problems: end?.problems ?? [],
    };
    const counts = checkCounts(await deps.collectChunk(answers, signal), rows, `chunk ${index}`);
    await ledger.record({ type: 'chunkDone', chunk: index, attempt, end: status, counts });
  } finally {
    leave();
  }
}
