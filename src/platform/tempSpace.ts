import { mkdtemp, open, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { TrancheError } from '../core/errors.ts';
import type { TempFile, TempSpace } from '../core/ports.ts';

/** Scratch files in a folder of their own below `parent`, made at first use. */
export function openTempSpace(parent: string = tmpdir()): TempSpace {
  let folder: Promise<string> | undefined;
  const handles: FileHandle[] = [];
  const failed = (error: unknown): TrancheError =>
    new TrancheError('disk', `Scratch files could not be written below ${parent}: free some space there.`, error);

  const create = async (): Promise<TempFile> => {
    folder ??= mkdtemp(path.join(parent, 'tranche-'));
    const handle = await open(path.join(await folder, String(handles.length)), 'wx+').catch((error: unknown) => {
      throw failed(error);
    });
    handles.push(handle);
    return {
      append: async (bytes) => {
        await handle.appendFile(bytes).catch((error: unknown) => {
          throw failed(error);
        });
      },
      read: async (offset, length) => {
        const bytes = new Uint8Array(length);
        const { bytesRead } = await handle.read(bytes, 0, length, offset);
        return bytes.subarray(0, bytesRead);
      },
    };
  };
  return {
    create,
    close: async () => {
      await Promise.all(handles.map((handle) => handle.close()));
      if (folder) await rm(await folder, { recursive: true, force: true });
    },
  };
}
