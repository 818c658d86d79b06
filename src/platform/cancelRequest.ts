import { stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { diskError, systemCode } from './diskError.ts';

const fileOf = (folder: string): string => path.join(folder, 'cancel');

/** Asks whoever drives the run of this folder, now or next, to cancel it. What is journaled makes it moot, so it may stay. */
export async function requestCancel(folder: string): Promise<void> {
  await writeFile(fileOf(folder), 'Whoever drives this run is asked to cancel it.\n').catch((error: unknown) => {
    throw diskError(error, fileOf(folder));
  });
}

/** Whether the run of this folder is asked to be cancelled. */
export async function isCancelRequested(folder: string): Promise<boolean> {
  try {
    await stat(fileOf(folder));
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw diskError(error, fileOf(folder));
  }
}
