import type { Kernel } from '../kernel/kernel.ts';
import { openKernel } from '../kernel/kernel.ts';
import type { NextPiece } from '../core/ports.ts';

const INPUT_BYTES = 256 << 10;
/** Writers refer back within blocks of 64 kB. */
const HISTORY_BYTES = 64 << 10;
const OUTPUT_BYTES = 384 << 10;
const MAX_IDLE = 4;

/** A kernel with room for one stream. */
interface Workspace {
  readonly kernel: Kernel;
  readonly state: number;
  readonly input: number;
  readonly output: number;
}

const idle: Workspace[] = [];

function openWorkspace(): Workspace {
  const kernel = openKernel();
  const state = kernel.reserve(20);
  const input = kernel.reserve(INPUT_BYTES);
  return { kernel, state, input, output: kernel.reserve(OUTPUT_BYTES) };
}

/** Takes the announced size off the front of the pieces; returns what follows it in its piece. */
async function afterSize(next: NextPiece, sizeBytes: number): Promise<Uint8Array> {
  let size = 0;
  let shift = 0;
  for (let piece = await next(); piece !== null; piece = await next()) {
    for (const [at, byte] of piece.entries()) {
      size += (byte & 127) * 2 ** shift;
      shift += 7;
      if (byte < 128 && size === sizeBytes) return piece.subarray(at + 1);
      if (byte < 128 || shift >= 35) throw new Error('snappy data of another size');
    }
  }
  throw new Error('broken snappy data');
}

/**
 * One snappy block, unpacked piece by piece, each valid until the next is asked for. `stuck` if a reference reaches back further than is kept
 * (or before the beginning). Less than announced may come out of broken data.
 */
export async function* snappyPieces(
  next: NextPiece,
  sizeBytes: number,
): AsyncGenerator<Uint8Array, 'ended' | 'stuck', undefined> {
  const space = idle.pop() ?? openWorkspace();
  const { kernel, state, input, output } = space;
  kernel.ints(state, 5).fill(0);
  try {
    let from = output;
    let to = output;
    let waiting = 0;
    for (let piece: Uint8Array | null = await afterSize(next, sizeBytes); piece !== null; piece = await next()) {
      for (let at = 0; at < piece.length;) {
        const take = Math.min(INPUT_BYTES - waiting, piece.length - at);
        kernel.bytes(input + waiting, take).set(piece.subarray(at, at + take));
        at += take;
        const end = input + waiting + take;
        let src = input;
        for (let status = 1; status !== 0;) {
          status = kernel.snappyPiece(state, src, end, output, to, output + OUTPUT_BYTES);
          [src = 0, to = 0] = kernel.ints(state, 2);
          if (status === 2) return 'stuck';
          if (status === 0) break;
          yield kernel.bytes(from, to - from);
          kernel.bytes(output, OUTPUT_BYTES).copyWithin(0, to - output - HISTORY_BYTES, to - output);
          from = to = output + HISTORY_BYTES;
        }
        waiting = end - src;
        kernel.bytes(input, INPUT_BYTES).copyWithin(0, src - input, end - input);
      }
    }
    if (to > from) yield kernel.bytes(from, to - from);
    const [, , literal, reference] = kernel.ints(state, 5);
    if (waiting > 0 || literal !== 0 || reference !== 0) throw new Error('broken snappy data');
    return 'ended';
  } finally {
    if (idle.length < MAX_IDLE) idle.push(space);
  }
}
