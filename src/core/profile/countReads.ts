import type { FileStore } from '../ports.ts';

/** A file store that adds up what is read through it. */
export interface CountedReads {
  readonly files: FileStore;
  /** Bytes read since it was opened. */
  readonly readBytes: () => number;
}

/** Counts the bytes of every read of a file store's files. */
export function countReads(files: FileStore): CountedReads {
  let bytes = 0;
  return {
    readBytes: () => bytes,
    files: {
      ...files,
      open: async (uri, signal) => {
        const source = await files.open(uri, signal);
        return {
          name: source.name,
          sizeBytes: source.sizeBytes,
          modifiedMs: source.modifiedMs,
          verifyUnchanged: () => source.verifyUnchanged(),
          close: () => source.close(),
          read: async (offset, length, readSignal) => {
            const read = await source.read(offset, length, readSignal);
            bytes += read.length;
            return read;
          },
        };
      },
    },
  };
}
