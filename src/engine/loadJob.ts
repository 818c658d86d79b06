import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { TrancheError } from '../core/errors.ts';
import type { JobSource } from '../core/job/jobSource.ts';
import { readJob } from '../core/job/readJob.ts';
import type { Job } from '../core/model/job.ts';
import { openJobFiles } from '../platform/jobFiles.ts';

function decoded(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new TrancheError('badJob', `${file} is not UTF-8 text: save the job file as UTF-8.`, error);
  }
}

/** Reads a job file of this machine. */
export async function loadJob(file: string): Promise<{ job: Job; source: JobSource }> {
  const jobPath = path.resolve(file);
  const bytes = await readFile(jobPath).catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const why =
      code === 'ENOENT' ? 'does not exist' : code === 'EISDIR' ? 'is a folder' : `cannot be read (${String(code)})`;
    throw new TrancheError('notFound', `The job file ${file} ${why}; name a *.tranche.json file.`, error);
  });
  return readJob(decoded(bytes, file), jobPath, openJobFiles(jobPath));
}
