import { existsSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isProcessAlive } from './processMark.ts';
import { isRunId, journalPath } from './runFolders.ts';
import { SCRATCH_PREFIX } from './tempSpace.ts';

/** What is younger may still be in use. */
const OLD_MS = 86_400_000;

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []); // not there, or not ours to read: nothing to sweep
}

async function isOld(entry: string, nowMs: number): Promise<boolean> {
  const found = await stat(entry).catch(() => null);
  return found !== null && nowMs - found.mtimeMs > OLD_MS;
}

function processOf(scratch: string): number {
  return Number(/^\d+(?=-)/.exec(scratch.slice(SCRATCH_PREFIX.length))?.[0] ?? 0);
}

/**
 * Removes what processes that were killed left behind more than a day ago: keys of plans that became no run, runs that were never begun,
 * scratch files. It is done on the way to something else, so what cannot be removed stays without an error.
 */
export async function sweepLeftovers(stateFolder: string, nowMs: number, temp: string = tmpdir()): Promise<void> {
  const planned = path.join(stateFolder, 'planned');
  const runs = path.join(stateFolder, 'runs');
  const left: string[] = [];
  for (const name of await namesIn(planned)) if (isRunId(name)) left.push(path.join(planned, name));
  for (const name of await namesIn(runs)) {
    if (isRunId(name) && !existsSync(journalPath(path.join(runs, name)))) left.push(path.join(runs, name));
  }
  for (const name of await namesIn(temp)) {
    if (name.startsWith(SCRATCH_PREFIX) && !(await isProcessAlive(processOf(name), '')))
      left.push(path.join(temp, name));
  }
  for (const entry of left) {
    if (await isOld(entry, nowMs)) await rm(entry, { recursive: true, force: true }).catch(() => undefined);
  }
}
