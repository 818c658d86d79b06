import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

/** What a state folder holds of a run. */
export interface RunOnDisk {
  readonly runId: string;
  /** Batches that the rehearsal service was asked to make, whatever became of them. */
  readonly batches: number;
  /** Whether its journal says that it came to its end. */
  readonly isFinished: boolean;
}

const namesIn = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : []);

/** The runs of a state folder (`TRANCHE_HOME`), oldest first. */
export function runsOnDisk(home: string): RunOnDisk[] {
  const runs = path.join(home, 'runs');
  return namesIn(runs)
    .sort()
    .map((runId) => {
      const batches = namesIn(path.join(runs, runId, 'rehearsal/batches'));
      const journal = path.join(runs, runId, 'journal.jsonl');
      return {
        runId,
        batches: batches.filter((name) => /^batch_\w+\.json$/.test(name)).length,
        isFinished: existsSync(journal) && readFileSync(journal, 'utf8').includes('"type":"runFinished"'),
      };
    });
}

/** Process ids in a run's newest claim; null while nobody drives it. */
export function driverOf(home: string, runId: string): number | null {
  const lease = path.join(home, 'runs', runId, 'lease');
  const newest = namesIn(lease)
    .filter((name) => /^\d+\.json$/.test(name))
    .sort()
    .at(-1);
  if (newest === undefined) return null;
  const claim = JSON.parse(readFileSync(path.join(lease, newest), 'utf8')) as { pid?: number };
  return claim.pid ?? null;
}
