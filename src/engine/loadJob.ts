import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { TrancheError } from '../core/errors.ts';
import type { JobSource } from '../core/job/jobSource.ts';
import { readJob } from '../core/job/readJob.ts';
import type { Job } from '../core/model/job.ts';
import { openJobFiles } from '../platform/jobFiles.ts';

/** Reads a job file of this machine. */
export async function loadJob(file: string): Promise<{ job: Job; source: JobSource }> {
  const jobPath = path.resolve(file);
  const text = await readFile(jobPath, 'utf8').catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const why =
      code === 'ENOENT' ? 'does not exist' : code === 'EISDIR' ? 'is a folder' : `cannot be read (${String(code)})`;
    throw new TrancheError('notFound', `The job file ${file} ${why}; name a *.tranche.json file.`, error);
  });
  return readJob(text, jobPath, openJobFiles(jobPath));
}
