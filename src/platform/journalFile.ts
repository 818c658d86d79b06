import { open, readFile, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { TrancheError } from '../core/errors.ts';
import type { Clock } from '../core/ports.ts';
import type { RecordedEvent } from '../core/runs/runEvents.ts';
import type { Journal } from '../core/runs/runPorts.ts';
import { diskError, systemCode } from './diskError.ts';
import { journalLine, openJournalReader } from './journalLines.ts';
import { syncFolder } from './syncFolder.ts';

/** A journal open for its owner. */
export interface JournalFile extends Journal {
  /** What was in it when it was opened. */
  readonly records: readonly RecordedEvent[];
  /** Waits for events on their way, then closes. */
  close: () => Promise<void>;
}

interface Pending {
  readonly record: RecordedEvent;
  readonly resolve: (record: RecordedEvent) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Opens the journal of a run whose lease the caller holds; makes the file if there is none and cuts a torn last line off.
 * After a failed write every later append fails too: what is on the disk is then known only by opening it again.
 */
export async function openJournal(file: string, fence: number, clock: Clock): Promise<JournalFile> {
  const { handle, records } = await openWhole(file);
  let seq = records.at(-1)?.seq ?? 0;
  let pending: Pending[] = [];
  let writing: Promise<void> | null = null;
  let failure: TrancheError | null = null;

  const flush = async (): Promise<void> => {
    while (pending.length > 0) {
      const group = pending;
      pending = [];
      try {
        if (failure !== null) throw failure;
        await handle.appendFile(group.map(({ record }) => journalLine(record)).join(''));
        await handle.datasync();
        for (const { record, resolve } of group) resolve(record);
      } catch (error) {
        failure ??= diskError(error, file);
        for (const { reject } of group) reject(failure);
      }
    }
    writing = null;
  };
  return {
    records,
    append: (event) =>
      new Promise((resolve, reject) => {
        const record = { seq: ++seq, at: new Date(clock.now()).toISOString(), fence, ...event };
        pending.push({ record, resolve, reject });
        writing ??= flush();
      }),
    close: async () => {
      await writing;
      failure ??= new TrancheError('internal', `${file} is closed.`);
      await handle.close();
    },
  };
}

/** All whole events of a journal, read without owning it; none if the file is not there. */
export async function readJournal(file: string): Promise<RecordedEvent[]> {
  const text = await readText(file);
  return text === null ? [] : openJournalReader(file).take(text);
}

async function openWhole(file: string): Promise<{ handle: FileHandle; records: RecordedEvent[] }> {
  let handle: FileHandle | null = null;
  try {
    handle = await open(file, 'a+');
    const text = await handle.readFile('utf8');
    const reader = openJournalReader(file);
    const records = reader.take(text);
    const torn = Buffer.byteLength(reader.rest());
    if (torn > 0) await handle.truncate(Buffer.byteLength(text) - torn);
    if (records.length === 0) await syncFolder(path.dirname(file));
    return { handle, records };
  } catch (error) {
    await handle?.close();
    throw diskError(error, file);
  }
}

async function readText(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw new TrancheError('disk', `${file} cannot be read (${systemCode(error) ?? String(error)}).`, error);
  }
}
