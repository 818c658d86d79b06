import path from 'node:path';
import type { Clock } from '../core/ports.ts';
import type { RunFiles } from '../core/runs/runPorts.ts';
import { openJournal, readJournal, type JournalFile } from './journalFile.ts';
import { acquireLease, type Lease, type Surface } from './lease.ts';
import { makePrivateFolder } from './makePrivateFolder.ts';
import { openRunFiles } from './runFiles.ts';
import { journalPath, leasePath } from './runFolders.ts';

/** A run held by this process: its journal can be written. */
export interface OwnedRun {
  readonly folder: string;
  readonly lease: Lease;
  readonly journal: JournalFile;
  readonly files: RunFiles;
  /** Closes the journal, then gives the run free in any case. */
  close: () => Promise<void>;
}

/** Takes a run's folder, made if it is new; throws `owned` naming the owner when another process lives on it. */
export async function openOwnedRun(folder: string, surface: Surface, clock: Clock): Promise<OwnedRun> {
  await makePrivateFolder(folder);
  const file = journalPath(folder);
  const minFence = (await readJournal(file)).at(-1)?.fence ?? 0;
  const what = `Run ${path.basename(folder)}`;
  const lease = await acquireLease(leasePath(folder), { what, surface, minFence });
  try {
    const journal = await openJournal(file, lease.fence, clock);
    return {
      folder,
      lease,
      journal,
      files: openRunFiles(folder),
      close: async () => {
        await journal.close().finally(lease.release);
      },
    };
  } catch (error) {
    await lease.release();
    throw error;
  }
}
