import { TrancheError, throwIfAborted } from '../errors.ts';
import type { Dataset } from '../model/dataset.ts';
import type { Hasher } from '../ports.ts';
import type { ReadEnv } from './formatReader.ts';
import type { FileDescription } from '../model/fileDescription.ts';
import { mapLimited } from './mapLimited.ts';

const READ_BYTES = 4 << 20;
const AT_ONCE = 4;

/**
 * The dataset's snapshot, SHA-256 in hex, the same on any machine: of the line `tranche-snapshot 1` and, for each file in order, a line with the JSON
 * array of its relative name, its size and the SHA-256 of its identity range (the footer of Parquet and Arrow files, else the whole file).
 */
export async function snapshotOf(
  dataset: Dataset,
  descriptions: readonly FileDescription[],
  env: ReadEnv,
  newHasher: () => Hasher,
  signal: AbortSignal,
): Promise<string> {
  const digests = await mapLimited(dataset.files, AT_ONCE, async ({ uri, name }, index) => {
    const identity = descriptions[index]?.identity;
    if (identity === undefined) throw new TrancheError('internal', `${name} was not described.`);
    return hashRange(uri, identity, env, newHasher(), signal);
  });
  const lines = dataset.files.map(({ name, sizeBytes }, index) => JSON.stringify([name, sizeBytes, digests[index]]));
  const hasher = newHasher();
  hasher.update(new TextEncoder().encode(['tranche-snapshot 1', ...lines, ''].join('\n')));
  return hasher.digest();
}

async function hashRange(
  uri: string,
  { from, to }: FileDescription['identity'],
  env: ReadEnv,
  hasher: Hasher,
  signal: AbortSignal,
): Promise<string> {
  const source = await env.files.open(uri, signal);
  try {
    for (let at = from; at < to; at += READ_BYTES) {
      throwIfAborted(signal);
      hasher.update(await source.read(at, Math.min(READ_BYTES, to - at), signal));
    }
    return hasher.digest();
  } finally {
    await source.close();
  }
}
