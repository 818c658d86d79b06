import type { ChunkLimits } from '../model/limits.ts';
import { openChunkCutter } from './cutChunks.ts';

function chunksUnder(limits: ChunkLimits, inputsPerRequest: number, lengths: readonly Uint32Array[]): number {
  const cutter = openChunkCutter(limits, inputsPerRequest);
  for (const block of lengths) cutter.add(block, null);
  return cutter.end().length;
}

/**
 * Limits under which lines fall into about `parts` chunks of even bytes: the smallest byte limit that still gives at most that many.
 * Limits that already give more chunks come back unchanged.
 */
export function balanceLimits(
  limits: ChunkLimits,
  inputsPerRequest: number,
  lengths: readonly Uint32Array[],
  parts: number,
): ChunkLimits {
  if (chunksUnder(limits, inputsPerRequest, lengths) >= parts) return limits;
  let low = lengths.reduce((most, block) => block.reduce((larger, length) => Math.max(larger, length), most), 1);
  let high = limits.maxBytes;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (chunksUnder({ ...limits, maxBytes: middle }, inputsPerRequest, lengths) <= parts) high = middle;
    else low = middle + 1;
  }
  return { ...limits, maxBytes: low };
}
