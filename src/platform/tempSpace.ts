import { mkdtemp, open, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TempFile, TempSpace } from '../core/ports.ts';
import { diskError } from './diskError.ts';

/** How the scratch folders of this program begin; then comes the process that made them. */
export const SCRATCH_PREFIX = 'tranche-scratch-';

/** Scratch files in a folder of their own below `parent`, made at first use. */
export function openTempSpace(parent: string = tmpdir()): TempSpace {
  let folder: Promise<string> | undefined;
  const handles: FileHandle[] = [];
  const guard = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw diskError(error, `scratch files below ${parent}`);
    }
  };
  const create = async (): Promise<TempFile> => {
    folder ??= mkdtemp(path.join(parent, `${SCRATCH_PREFIX}${process.pid}-`));
    const handle = await guard(open(path.join(await guard(folder), String(handles.length)), 'wx+'));
    handles.push(handle);
    return {
      append: (bytes) => guard(handle.appendFile(bytes)),
      read: async (offset, length) => {
        const bytes = new Uint8Array(length);
        const { bytesRead } = await guard(handle.read(bytes, 0, length, offset));
        return bytes.subarray(0, bytesRead);
      },
    };
  };
  return {
    create,
    close: async () => {
      await Promise.all(handles.map((handle) => handle.close()));
      const made = await folder?.catch(() => undefined); // who asked for a file heard of it
      if (made !== undefined) await guard(rm(made, { recursive: true, force: true }));
    },
  };
}
