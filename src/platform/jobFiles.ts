import { open, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { JobFiles } from '../core/job/jobFiles.ts';
import { TrancheError, isTrancheError } from '../core/errors.ts';

const MAX_FILE_BYTES = 10_000_000;

function resolveFrom(folder: string, name: string): string {
  if (!/^file:/i.test(name)) return path.resolve(folder, name);
  try {
    return fileURLToPath(name);
  } catch (error) {
    throw new TrancheError('badJob', `"${name}" is not the URL of a local file; write its path instead.`, error);
  }
}

function isInside(folder: string, file: string): boolean {
  const relative = path.relative(folder, file);
  return relative !== '' && relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}

function sentenceOf(error: unknown, name: string): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR') return `the file "${name}" is not there.`;
  if (code === 'EACCES' || code === 'EPERM')
    return `the file "${name}" may not be read; give yourself the right to read it.`;
  if (code === 'ELOOP') return `the file "${name}" is a link that leads back to itself.`;
  return `the file "${name}" cannot be read (${typeof code === 'string' ? code : String(error)}).`;
}

async function readWhole(file: string, name: string): Promise<Uint8Array> {
  // Asked before it is opened: opening a named pipe waits for a writer.
  if (!(await stat(file)).isFile()) throw new TrancheError('badJob', `"${name}" is not a file.`);
  const handle = await open(file, 'r');
  try {
    const info = await handle.stat();
    const tooLarge = new TrancheError(
      'badJob',
      `the file "${name}" is larger than 10 MB; a request cannot be that long.`,
    );
    if (info.size > MAX_FILE_BYTES) throw tooLarge;
    const bytes = await handle.readFile();
    if (bytes.length > MAX_FILE_BYTES) throw tooLarge;
    return bytes;
  } finally {
    await handle.close();
  }
}

async function readInside(folder: string, name: string): Promise<string> {
  const outside = new TrancheError(
    'badJob',
    `the file "${name}" lies outside the job's folder; copy it next to the job.`,
  );
  if (name.includes('\0')) throw new TrancheError('badJob', 'a file name holds no zero character.');
  const wanted = path.resolve(folder, name);
  if (path.isAbsolute(name) || /^[a-z]:/i.test(name) || !isInside(folder, wanted)) throw outside;
  const real = await realpath(wanted);
  if (!isInside(await realpath(folder), real)) throw outside;
  const bytes = await readWhole(real, name);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new TrancheError('badJob', `the file "${name}" is not UTF-8 text; save it as UTF-8.`, error);
  }
}

/** Files around a job file (absolute path). `readText` reads regular files inside the job's folder only, however a link leads there. */
export function openJobFiles(jobPath: string): JobFiles {
  const folder = path.dirname(jobPath);
  return {
    resolve: (name) => resolveFrom(folder, name),
    readText: async (name) => {
      try {
        return await readInside(folder, name);
      } catch (error) {
        throw isTrancheError(error) ? error : new TrancheError('badJob', sentenceOf(error, name), error);
      }
    },
  };
}
