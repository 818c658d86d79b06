import type { ByteSource } from '../../ports.ts';

/** Bytes [from, to) of a source in blocks, in order, one block read ahead. A block is gone when the next one is asked for: two buffers take turns. */
export async function* readBlocks(
  source: ByteSource,
  from: number,
  to: number,
  blockBytes: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const size = Math.max(0, Math.min(blockBytes, to - from));
  const rooms = [new Uint8Array(size), new Uint8Array(from + size < to ? size : 0)];
  const read = (offset: number) => {
    const [room] = rooms.splice(0, 1);
    if (room) rooms.push(room);
    const block = source.read(offset, Math.min(blockBytes, to - offset), signal, room);
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
