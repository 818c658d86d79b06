import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { TrancheError } from '../core/errors.ts';
import { systemCode } from './diskError.ts';

const RUN_ID = /^\d{8}-\d{6}-[a-z0-9]{4,12}$/;

/** True for a name that a run of ours could have. */
export function isRunId(name: string): boolean {
  return RUN_ID.test(name);
}

/** A new run's id: UTC time, then chance, so that ids sort by age: `20261124-060500-k3f9`. */
export function newRunId(nowMs: number): string {
  const time = new Date(nowMs)
    .toISOString()
    .replace(/[-:]|\..*/g, '')
    .replace('T', '-');
  const chance = [...randomBytes(4)].map((byte) => (byte % 36).toString(36)).join('');
  return `${time}-${chance}`;
}

/** Where a run keeps its journal, lease, keys and answers; an id that is none is `usage`, so it never leads outside. */
export function runFolder(root: string, runId: string): string {
  if (RUN_ID.test(runId)) return path.join(root, 'runs', runId);
  throw new TrancheError('usage', `"${runId}" is not the id of a run; list them with: tranche runs`);
}

/** Ids of all runs, newest first. */
export async function listRunIds(root: string): Promise<string[]> {
  try {
    const names = await readdir(path.join(root, 'runs'));
    return names
      .filter((name) => RUN_ID.test(name))
      .sort()
      .reverse();
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw new TrancheError('disk', `${root} cannot be read (${systemCode(error) ?? String(error)}).`, error);
  }
}

/** The journal inside a run's folder. */
export function journalPath(folder: string): string {
  return path.join(folder, 'journal.jsonl');
}

/** The folder of the lease inside a run's folder. */
export function leasePath(folder: string): string {
  return path.join(folder, 'lease');
}
