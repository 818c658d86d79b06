import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findHost } from '../../host/findHost.mjs';

const exec = promisify(execFile);
const cli = fileURLToPath(new URL('../../../dist/cli.mjs', import.meta.url));

/** SHA-256 of a file, in hex. */
export async function hashOf(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
}

/** Rehearses a job of a folder with the command line, undisturbed and elsewhere; the hash of its result table. */
export async function rehearseByCli(folder: string, job: string): Promise<string> {
  const elsewhere = await mkdtemp(path.join(tmpdir(), 'tranche-cli-'));
  try {
    // the editor's Node: one that knows zstd compresses results by it, an older one by snappy
    const node = findHost()?.node ?? process.execPath;
    const work = path.join(elsewhere, 'work');
    await cp(folder, work, { recursive: true, filter: (name) => !name.includes('.results') });
    const args = [cli, 'run', job, '--provider', 'rehearsal'];
    const env = { ...process.env, TRANCHE_HOME: path.join(elsewhere, 'home') };
    // 3: done with rows that are not ok; the sample has some
    await exec(node, args, { cwd: work, env }).catch((error: unknown) => {
      if ((error as { code?: unknown }).code !== 3) throw error;
    });
    const name = job.replace(/\.tranche\.json$/, '');
    return await hashOf(path.join(work, `${name}.results.rehearsal`, 'results.parquet'));
  } finally {
    await rm(elsewhere, { recursive: true, force: true });
  }
}
