import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import type { ByteSink } from '../core/collect/byteSink.ts';
import { TrancheError } from '../core/errors.ts';
import { chunkName } from '../core/pipeline/chunkName.ts';
import type { ChunkSink, FinishedBody, OpenChunkSink } from '../core/pipeline/chunkSink.ts';

/** A sentence for a write that failed: what was being written, and what to do. */
function writeError(file: string, error: unknown): TrancheError {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new TrancheError(
      'disk',
      `${file} could not be written: the disk is full; free some space and run again.`,
      error,
    );
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new TrancheError('disk', `${file} could not be written: the folder is read-only for this user.`, error);
  }
  return new TrancheError('disk', `${file} could not be written (${code || String(error)}).`, error);
}

/** A file that is called `<name>.part` until it is whole. */
export interface PartFile extends ByteSink {
  /** Makes it durable if it is to be, and gives it its name. */
  readonly commit: () => Promise<void>;
  readonly discard: () => Promise<void>;
}

/** Opens a part file; every failure is a `disk` sentence naming the file. */
export async function openPartFile(file: string, isDurable = true): Promise<PartFile> {
  const part = `${file}.part`;
  const guard = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw writeError(file, error);
    }
  };
  const handle: FileHandle = await guard(open(part, 'w'));
  const discard = async (): Promise<void> => {
    await handle.close().catch(() => undefined); // already closed when a commit failed half way
    await rm(part, { force: true });
  };
  return {
    write: (bytes) =>
      guard(
        (async () => {
          for (let at = 0; at < bytes.length;) at += (await handle.write(bytes, at)).bytesWritten;
        })(),
      ),
    commit: async () => {
      try {
        if (isDurable) await guard(handle.datasync());
        await guard(handle.close());
        await guard(rename(part, file));
      } catch (error) {
        await discard();
        throw error;
      }
    },
    discard,
  };
}

async function fileSink(file: string, release: () => Promise<void>): Promise<ChunkSink> {
  // A chunk lost with the power shows by its hash in the manifest, or is rendered again.
  const part = await openPartFile(file, false);
  return {
    write: part.write,
    close: async () => {
      await part.commit();
      return { body: { kind: 'file', path: file }, release };
    },
    discard: part.discard,
  };
}

/** Chunks as files of a folder, kept there. */
export function keptChunkFiles(folder: string): OpenChunkSink {
  return (index) => fileSink(path.join(folder, chunkName(index)), async () => undefined);
}

/** Chunks in memory while they fit into one allowance for all in flight, else as files of a folder; gone once released. */
export function passingChunks(folder: string, allowanceBytes: number): OpenChunkSink {
  let left = allowanceBytes;
  const memorySink = (bytes: number): ChunkSink => {
    left -= bytes;
    let parts: Uint8Array[] = [];
    const free = (): void => {
      left += bytes;
      parts = [];
    };
    return {
      write: async (piece) => {
        parts.push(piece.slice());
      },
      close: async (): Promise<FinishedBody> => ({
        body: { kind: 'bytes', parts },
        release: async () => free(),
      }),
      discard: async () => free(),
    };
  };
  return async (index, bytes) => {
    if (bytes !== null && bytes <= left) return memorySink(bytes);
    const file = path.join(folder, chunkName(index));
    return fileSink(file, () => rm(file, { force: true }));
  };
}
