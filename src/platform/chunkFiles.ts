import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { chunkName } from '../core/pipeline/chunkName.ts';
import type { ChunkSink, FinishedBody, OpenChunkSink } from '../core/pipeline/chunkSink.ts';
import { diskError } from './diskError.ts';
import { openPartFile } from './partFile.ts';

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

/** Chunks in memory while they fit into one allowance for all in flight, else as files of a folder, which is made when it is needed; gone once released. */
export function passingChunks(folder: string, allowanceBytes: number): OpenChunkSink {
  let left = allowanceBytes;
  const memorySink = (bytes: number): ChunkSink => {
    left -= bytes;
    const parts: Uint8Array[] = [];
    const free = (): void => {
      left += bytes;
      parts.length = 0; // whoever still has the body, as a run has while its batch goes on, holds nothing by it
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
    await mkdir(folder, { recursive: true }).catch((error: unknown) => {
      throw diskError(error, folder);
    });
    return fileSink(file, () => rm(file, { force: true }));
  };
}
