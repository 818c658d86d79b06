import type { KeptRowsWriter } from '../collect/keptRowsWriter.ts';
import type { ReadEnv } from '../datasets/formatReader.ts';
import { TrancheError } from '../errors.ts';
import type { Block, SampledLine } from '../model/block.ts';
import { openChunkCutter, type ChunkCutter, type CutChunk, type CutPiece } from '../plan/cutChunks.ts';
import { openPlannedCutter } from '../plan/plannedCutter.ts';
import type { Hasher } from '../ports.ts';
import type { ChunkSink, FinishedBody, OpenChunkSink } from './chunkSink.ts';
import { keepRows } from './keepRows.ts';
import { jobSetup } from './jobSetup.ts';
import { openLineSample, SCAN_SAMPLE } from './lineSample.ts';
import { jobFragments, type OpenedJob } from './openJob.ts';
import { scanBlocks } from './scanBlocks.ts';
import { wantedFragments, type PlanPart } from './wantedFragments.ts';
import type { WorkPool } from './workPool.ts';

/** What rendering needs from outside. */
export interface RenderDeps {
  readonly env: ReadEnv;
  readonly pool: WorkPool;
  readonly newHasher: () => Hasher;
  readonly openSink: OpenChunkSink;
  /** Size of a chunk where a plan tells. */
  readonly bytesOf: (index: number) => number | null;
  /** The chunks of a plan that are wanted; no others are made, and as little besides their rows is read as can be. Null: all, cut anew. */
  readonly part: PlanPart | null;
  /** Gets every row's key and carried values. */
  readonly kept: KeptRowsWriter | null;
  /** Hears of every block before it is cut. */
  readonly onBlock: (block: Block, firstRow: number) => Promise<void>;
}

/** A chunk whose bytes are whole. */
export interface WrittenChunk extends FinishedBody {
  readonly index: number;
  readonly bytes: number;
  /** Rows that have a line in it. */
  readonly rows: number;
  readonly sha256: string;
}

/** What a whole rendering came to. */
export interface RenderEnd {
  readonly rows: number;
  readonly chunks: readonly CutChunk[];
  readonly sampled: readonly SampledLine[];
}

interface OpenChunk {
  readonly index: number;
  readonly sink: ChunkSink;
  readonly hasher: Hasher;
  bytes: number;
  rows: number;
  /** Settles when all that was given to the sink so far is written. */
  written: Promise<void>;
}

/** Blocks whose bytes are being written while the next one is cut and hashed. */
const WRITING_BLOCKS = 3;

const lineCount = (lengths: Uint32Array): number => lengths.reduce((sum, length) => sum + (length > 0 ? 1 : 0), 0);

/** Writes the pieces of blocks to chunk after chunk. */
function openChunkWriter(deps: RenderDeps, maxBytes: number) {
  let current: OpenChunk | null = null;

  const close = async (): Promise<WrittenChunk | null> => {
    if (!current) return null;
    const { index, sink, hasher, bytes, rows, written } = current;
    await written;
    current = null;
    return { index, bytes, rows, sha256: hasher.digest(), ...(await sink.close()) };
  };
  const append = (open: OpenChunk, bytes: Uint8Array, rows: number): void => {
    open.bytes += bytes.length;
    open.rows += rows;
    if (open.bytes > maxBytes) {
      throw new TrancheError('internal', `Chunk ${open.index} would exceed ${maxBytes} bytes; nothing of it was kept.`);
    }
    open.written = open.written.then(() => open.sink.write(bytes));
    open.written.catch(() => undefined); // thrown where it is awaited
    open.hasher.update(bytes);
  };
  return {
    close,
    /** Settles when the bytes of every piece so far may be reused. */
    written: (): Promise<void> => current?.written ?? Promise.resolve(),
    discard: async (): Promise<void> => {
      await current?.written.catch(() => undefined); // its error is under way
      await current?.sink.discard();
      current = null;
    },
    /** Takes one piece, to be written in turn; gives the chunk that ended before it. */
    write: async (piece: CutPiece, bytes: Uint8Array, rows: number): Promise<WrittenChunk | null> => {
      const ended = current?.index === piece.chunk ? null : await close();
      if (piece.bytes === 0 || (deps.part && !deps.part.wanted.has(piece.chunk))) return ended;
      current ??= {
        index: piece.chunk,
        sink: await deps.openSink(piece.chunk, deps.bytesOf(piece.chunk)),
        hasher: deps.newHasher(),
        bytes: 0,
        rows: 0,
        written: Promise.resolve(),
      };
      append(current, bytes, rows);
      return ended;
    },
  };
}

/**
 * Renders a job's rows into chunks, one ordered cut whatever the number of workers, and yields each chunk once it is whole.
 * The same job and snapshot give the same bytes. Leaving early, or an error, discards the chunk in hand; finished ones stay.
 */
export async function* renderChunks(
  opened: OpenedJob,
  deps: RenderDeps,
  signal: AbortSignal,
): AsyncGenerator<WrittenChunk, RenderEnd> {
  const setup = jobSetup(opened, 'render', deps.kept !== null);
  const all = await jobFragments(opened, deps.kept !== null, deps.env, signal);
  const span = deps.part ? wantedFragments(all, deps.part) : { fragments: all, firstRow: 0, endRow: Infinity };
  const limit = opened.job.dataset.limit === null ? null : opened.job.dataset.limit - span.firstRow;
  const cutter: ChunkCutter = openChunkCutter(opened.limits, opened.inputsPerRequest);
  const { add } = deps.part ? openPlannedCutter(deps.part.chunks, span.firstRow) : cutter;
  const writer = openChunkWriter(deps, opened.limits.maxBytes);
  const sample = openLineSample<SampledLine>(SCAN_SAMPLE);
  const writing: Promise<void>[] = [];
  let rows = 0;
  try {
    const blocks = scanBlocks(deps.pool, setup, span.fragments, limit, signal);
    for await (const { block, firstRow, release } of blocks) {
      await deps.onBlock(block, span.firstRow + firstRow);
      const pieces = add(block.lengths, block.tokens);
      let at = 0;
      for (const piece of pieces) {
        const bytes = block.bytes?.subarray(at, at + piece.bytes) ?? new Uint8Array(0);
        at += piece.bytes;
        const lines = lineCount(block.lengths.subarray(piece.fromRow, piece.toRow));
        const ended = await writer.write(piece, bytes, lines);
        if (ended) yield ended;
      }
      await keepRows(deps.kept, block, pieces);
      block.sampled.forEach(sample.add);
      rows = span.firstRow + firstRow + block.rows;
      const written = writer.written();
      written.then(release, release);
      writing.push(written);
      if (writing.length > WRITING_BLOCKS) await writing.shift();
      if (rows >= span.endRow) break;
    }
    const last = await writer.close();
    if (last) yield last;
    return { rows, chunks: cutter.end(), sampled: sample.lines() };
  } finally {
    await writer.discard();
  }
}
