import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import type { ByteSink } from '../core/collect/byteSink.ts';
import { diskError } from './diskError.ts';

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
      throw diskError(error, file);
    }
  };
  const handle: FileHandle = await guard(open(part, 'w'));
  const discard = async (): Promise<void> => {
    await handle.close().catch(() => undefined); // already closed when a commit failed half way
    await guard(rm(part, { force: true }));
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

/** Writes a small file whole and durable, or not at all. */
export async function writeWhole(file: string, text: string): Promise<void> {
  const part = await openPartFile(file);
  try {
    await part.write(new TextEncoder().encode(text));
  } catch (error) {
    await part.discard();
    throw error;
  }
  await part.commit();
}
