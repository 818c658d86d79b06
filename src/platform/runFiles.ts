import { createHash } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { throwIfAborted } from '../core/errors.ts';
import type { RunFiles } from '../core/runs/runPorts.ts';
import { diskError } from './diskError.ts';
import { syncFolder } from './syncFolder.ts';

/** Files below a run's folder; names use `/` and come from us, never from a provider. */
export function openRunFiles(folder: string): RunFiles {
  return {
    save: async (name, pieces, signal) => {
      const file = path.join(folder, name);
      const temp = `${file}.part`; // one name, so that a killed process leaves one at most, and the next takes it
      await mkdir(path.dirname(file), { recursive: true }).catch((error: unknown) => {
        throw diskError(error, file);
      });
      try {
        const facts = await write(temp, pieces, signal);
        await settle(temp, file);
        return { name, ...facts };
      } catch (error) {
        await rm(temp, { force: true });
        throw error;
      }
    },
  };
}

async function write(
  temp: string,
  pieces: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<{ bytes: number; sha256: string }> {
  const onDisk = (error: unknown): never => {
    throw diskError(error, temp);
  };
  const handle = await open(temp, 'w').catch(onDisk);
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    for await (const piece of pieces) {
      throwIfAborted(signal);
      hash.update(piece);
      bytes += piece.length;
      await handle.appendFile(piece).catch(onDisk);
    }
    await handle.sync().catch(onDisk);
  } finally {
    await handle.close();
  }
  return { bytes, sha256: hash.digest('hex') };
}

async function settle(temp: string, file: string): Promise<void> {
  try {
    await rename(temp, file);
    await syncFolder(path.dirname(file));
  } catch (error) {
    throw diskError(error, file);
  }
}
