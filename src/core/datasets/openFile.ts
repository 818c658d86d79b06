import { TrancheError } from '../errors.ts';
import type { ByteSource, FileStore, ListedFile } from '../ports.ts';

/** Opens a file of a dataset; one that is no longer as it was listed (size or time) is a `changed` error naming it. */
export async function openFile(
  files: FileStore,
  { uri, sizeBytes, modifiedMs }: Omit<ListedFile, 'name'>,
  signal: AbortSignal,
): Promise<ByteSource> {
  const source = await files.open(uri, signal);
  if (source.sizeBytes === sizeBytes && source.modifiedMs === modifiedMs) return source;
  await source.close();
  throw new TrancheError(
    'changed',
    `${uri} changed while the dataset was read; run the command again once nobody writes to it.`,
  );
}
