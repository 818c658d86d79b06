import { mkdir } from 'node:fs/promises';
import { diskError } from './diskError.ts';

/** Makes a folder, and those above it, that nobody but this user can read: it holds keys, texts and answers. `disk` names it. */
export async function makePrivateFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw diskError(error, folder);
  });
}
