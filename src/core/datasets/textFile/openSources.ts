import type { DatasetFile } from '../../model/dataset.ts';
import type { ByteSource, FileStore } from '../../ports.ts';
import { openFile } from '../openFile.ts';

/** Keeps the source of the file that is being read open, one at a time. */
export interface OpenSources {
  readonly use: (file: DatasetFile, signal: AbortSignal) => Promise<ByteSource>;
  readonly close: () => Promise<void>;
}

/** Opens sources of a store as they are asked for. */
export function openSources(files: FileStore): OpenSources {
  let current: { uri: string; source: ByteSource } | undefined;
  const close = async (): Promise<void> => {
    const open = current;
    current = undefined;
    await open?.source.close();
  };
  return {
    use: async (file, signal) => {
      if (current?.uri === file.uri) return current.source;
      await close();
      const source = await openFile(files, file, signal);
      current = { uri: file.uri, source };
      return source;
    },
    close,
  };
}
