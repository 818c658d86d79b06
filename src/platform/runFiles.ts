import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { throwIfAborted, TrancheError } from '../core/errors.ts';
import type { SavedFile } from '../core/runs/runEvents.ts';
import type { RunFiles } from '../core/runs/runPorts.ts';
import { diskError, systemCode } from './diskError.ts';
import { syncFolder } from './syncFolder.ts';

const READ_BYTES = 1 << 20;

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
    isSaved: (file, signal) => isSame(path.join(folder, file.name), file, signal),
  };
}

async function isSame(file: string, { bytes, sha256 }: SavedFile, signal: AbortSignal): Promise<boolean> {
  const hash = createHash('sha256');
  let read = 0;
  try {
    for await (const piece of createReadStream(file, { end: bytes, highWaterMark: READ_BYTES })) {
      throwIfAborted(signal);
      const part = piece as Buffer;
      hash.update(part);
      read += part.length;
    }
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT') return false;
    throw code === null ? error : new TrancheError('disk', `${file} cannot be read (${code}).`, error);
  }
  return read === bytes && hash.digest('hex') === sha256;
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
