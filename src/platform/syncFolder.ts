import { open } from 'node:fs/promises';

/** Makes a new or renamed entry of the folder survive a power cut, where the system can (Windows cannot and needs not). */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
