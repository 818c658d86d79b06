import { open, stat } from 'node:fs/promises';
import { TrancheError } from '../core/errors.ts';
import type { RecordedEvent } from '../core/runs/runEvents.ts';
import { systemCode } from './diskError.ts';
import { openJournalReader } from './journalLines.ts';

/** A journal that another process may be writing. */
export interface JournalFollower {
  /** Whole events since the last call, reading only what was appended; none while the file is not there. `corrupt` names a broken line. */
  readonly next: () => Promise<RecordedEvent[]>;
}

const NEWLINE = 10;

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return 0;
    throw error;
  }
}

/** Bytes [from, to) of a file, as far as they are there. */
async function bytesOf(file: string, from: number, to: number): Promise<Buffer> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(to - from), 0, to - from, from);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** Follows the journal in `file` from its beginning; it holds nothing open between calls. */
export function followJournal(file: string): JournalFollower {
  const reader = openJournalReader(file);
  let taken = 0;
  const appended = async (): Promise<Buffer | null> => {
    const size = await sizeOf(file);
    if (size < taken)
      throw new TrancheError('corrupt', `${file} was cut while it was followed; put a copy of it back.`);
    return size === taken ? null : bytesOf(file, taken, size);
  };
  return {
    next: async () => {
      const bytes = await appended().catch((error: unknown) => {
        if (error instanceof TrancheError) throw error;
        throw new TrancheError('disk', `${file} cannot be read (${systemCode(error) ?? String(error)}).`, error);
      });
      const end = bytes === null ? 0 : bytes.lastIndexOf(NEWLINE) + 1; // a line that is not whole is read later
      if (bytes === null || end === 0) return [];
      const events = reader.take(bytes.toString('utf8', 0, end));
      taken += end - Buffer.byteLength(reader.rest());
      return events;
    },
  };
}
