import type { ChunkLimits } from '../model/limits.ts';
import { openChunkCutter, type CutChunk } from './cutChunks.ts';

/** Rows that were measured: line bytes (0 = no line), and tokens where they were counted. */
export interface MeasuredRows {
  readonly lengths: Uint32Array;
  readonly tokens: Uint32Array | null;
}

/** Cuts rows that were all measured before. */
export function cutMeasured(
  limits: ChunkLimits,
  inputsPerRequest: number,
  blocks: readonly MeasuredRows[],
): readonly CutChunk[] {
  const cutter = openChunkCutter(limits, inputsPerRequest);
  for (const { lengths, tokens } of blocks) cutter.add(lengths, tokens);
  return cutter.end();
}

/**
 * Limits under which lines fall into at most `parts` chunks of about even bytes: the smallest byte limit that still gives no more than that. Limits that
 * already give as many chunks, or more, come back unchanged.
 */
export function balanceLimits(
  limits: ChunkLimits,
  inputsPerRequest: number,
  blocks: readonly MeasuredRows[],
  parts: number,
): ChunkLimits {
  const chunksUnder = (maxBytes: number): number =>
    cutMeasured({ ...limits, maxBytes }, inputsPerRequest, blocks).length;
  if (chunksUnder(limits.maxBytes) >= parts) return limits;
  let low = blocks.reduce((most, { lengths }) => lengths.reduce((larger, length) => Math.max(larger, length), most), 1);
  let high = limits.maxBytes;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (chunksUnder(middle) <= parts) high = middle;
    else low = middle + 1;
  }
  return { ...limits, maxBytes: low };
}
