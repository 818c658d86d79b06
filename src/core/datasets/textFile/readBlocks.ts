import type { ByteSource } from '../../ports.ts';

/** Bytes [from, to) of a source in blocks, in order, one block read ahead. */
export async function* readBlocks(
  source: ByteSource,
  from: number,
  to: number,
  blockBytes: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const read = (offset: number) => {
    const block = source.read(offset, Math.min(blockBytes, to - offset), signal);
    block.catch(() => undefined); // thrown where it is awaited; a consumer that has left does not care
    return block;
  };
  let ahead = from < to ? read(from) : undefined;
  try {
    for (let offset = from; ahead !== undefined; offset += blockBytes) {
      const block = await ahead;
      ahead = offset + blockBytes < to ? read(offset + blockBytes) : undefined;
      yield block;
    }
  } finally {
    await ahead?.catch(() => undefined);
  }
}
