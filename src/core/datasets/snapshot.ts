import { openKernel, type Kernel } from '../../kernel/kernel.ts';
import { TrancheError, throwIfAborted } from '../errors.ts';
import type { Dataset } from '../model/dataset.ts';
import type { FileDescription } from '../model/fileDescription.ts';
import type { ByteSource, Hasher } from '../ports.ts';
import type { ReadEnv } from './formatReader.ts';
import { openFile } from './openFile.ts';

/** Content is hashed a block at a time at memory speed; the blocks' hashes go through SHA-256. */
const BLOCK_BYTES = 1 << 20;
const BLOCKS_A_READ = 4;

/**
 * The dataset's snapshot, SHA-256 in hex, the same on any machine: of the line `tranche-snapshot 1` and, for each file in order, a line with the JSON
 * array of its relative name, its size and the digest of its identity range (the footer of Parquet and Arrow files, else the whole file): SHA-256 over
 * the XXH64 (seed 0, little-endian) of each MiB of it. It tells an accidental change for certain; it is no proof against a forger.
 */
export async function snapshotOf(
  dataset: Dataset,
  descriptions: readonly FileDescription[],
  env: ReadEnv,
  newHasher: () => Hasher,
  signal: AbortSignal,
): Promise<string> {
  const hasher = newHasher();
  const write = (line: string): void => hasher.update(new TextEncoder().encode(`${line}\n`));
  const blocks = openBlockHashes(openKernel());
  write('tranche-snapshot 1');
  for (const [index, file] of dataset.files.entries()) {
    const { name, sizeBytes } = file;
    const identity = descriptions[index]?.identity;
    if (identity === undefined) throw new TrancheError('internal', `${name} was not described.`);
    const source = await openFile(env.files, file, signal);
    try {
      write(JSON.stringify([name, sizeBytes, await digestOf(source, identity, blocks, newHasher(), signal)]));
      await source.verifyUnchanged();
    } finally {
      await source.close();
    }
  }
  return hasher.digest();
}

interface BlockHashes {
  /** The hashes of the MiB blocks of these bytes, 8 bytes each. */
  readonly of: (bytes: Uint8Array) => Uint8Array;
}

function openBlockHashes(kernel: Kernel): BlockHashes {
  const values = kernel.reserve(BLOCKS_A_READ * BLOCK_BYTES);
  const offsets = kernel.reserve(4 * (BLOCKS_A_READ + 1));
  const out = kernel.reserve(8 * BLOCKS_A_READ);
  return {
    of: (bytes) => {
      const count = Math.ceil(bytes.length / BLOCK_BYTES);
      kernel.bytes(values, bytes.length).set(bytes);
      const ends = Int32Array.from({ length: count + 1 }, (_, block) => Math.min(block * BLOCK_BYTES, bytes.length));
      kernel.ints(offsets, count + 1).set(ends);
      kernel.hashText(offsets, values, 0, count, out);
      return kernel.bytes(out, 8 * count).slice();
    },
  };
}

async function digestOf(
  source: ByteSource,
  { from, to }: FileDescription['identity'],
  blocks: BlockHashes,
  hasher: Hasher,
  signal: AbortSignal,
): Promise<string> {
  const room = new Uint8Array(Math.min(BLOCKS_A_READ * BLOCK_BYTES, to - from));
  for (let at = from; at < to; at += room.length) {
    throwIfAborted(signal);
    hasher.update(blocks.of(await source.read(at, Math.min(room.length, to - at), signal, room)));
  }
  return hasher.digest();
}
