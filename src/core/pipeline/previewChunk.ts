import type { ReadEnv } from '../datasets/formatReader.ts';
import { TrancheError } from '../errors.ts';
import type { Block } from '../model/block.ts';
import type { Fragment } from '../model/dataset.ts';
import type { PlannedRows } from '../plan/plannedCutter.ts';
import { jobSetup } from './jobSetup.ts';
import { jobFragments, type OpenedJob } from './openJob.ts';
import { scanBlocks } from './scanBlocks.ts';
import { wantedFragments, type FragmentSpan } from './wantedFragments.ts';
import type { WorkPool } from './workPool.ts';

/** The beginning of a chunk: whole lines, exactly the bytes of its file. */
export interface ChunkPreview {
  readonly text: string;
  /** Lines in the text. */
  readonly rows: number;
  /** The chunk has no more than that. */
  readonly isWhole: boolean;
}

/** How much of a chunk is wanted. */
export interface PreviewSize {
  readonly lines: number;
  /** Where lines are long, fewer come; the first one comes in any case, unless it is longer than `firstLineBytes`. */
  readonly bytes: number;
  readonly firstLineBytes: number;
}

export interface PreviewDeps {
  readonly env: ReadEnv;
  readonly pool: WorkPool;
  /** Rows of the dataset up to the end of each fragment, as a plan counted them; empty where nobody did. Metadata tells those of some formats anyway. */
  readonly fragmentEnds: readonly number[];
}

interface FirstLines {
  /** Takes a block whose first row is `firstRow` of the dataset; true once there are enough. */
  readonly take: (block: Block, firstRow: number) => boolean;
  readonly preview: () => ChunkPreview;
}

function openFirstLines(chunk: PlannedRows, size: PreviewSize): FirstLines {
  const lines: Uint8Array[] = [];
  let bytes = 0;
  let endRow = chunk.firstRow;
  const isEnough = (length: number): boolean =>
    lines.length >= size.lines || (bytes > 0 && bytes + length > size.bytes);
  const add = (line: Uint8Array): void => {
    if (line.length > Math.max(size.bytes, size.firstLineBytes)) {
      throw new TrancheError(
        'notSupported',
        `The first line of chunk ${chunk.index} has ${line.length} bytes, too many to show: write the files and look at it there.`,
      );
    }
    lines.push(line);
    bytes += line.length;
  };
  return {
    take: ({ lengths, bytes: all }, firstRow) => {
      let at = 0;
      for (const [index, length] of lengths.entries()) {
        const row = firstRow + index;
        if (row >= chunk.endRow) return true;
        if (row >= chunk.firstRow && length > 0) {
          if (isEnough(length)) return true;
          add(all?.slice(at, at + length) ?? new Uint8Array(0));
          endRow = row + 1;
        }
        at += length;
      }
      return endRow >= chunk.endRow || lines.length >= size.lines;
    },
    preview: () => {
      const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
      const text = lines.map((line) => decoder.decode(line)).join('');
      return { text, rows: lines.length, isWhole: endRow >= chunk.endRow };
    },
  };
}

/** Fragments that are read in one go, after `passed` rows that are not read. */
interface Step {
  readonly fragments: readonly Fragment[];
  readonly passed: number;
}

/** A fragment whose rows are `known`, read from its row `from` on: first as many rows as lines are wanted, then the rest. */
function partsOf(fragment: Fragment, known: number, from: number, lines: number): Step[] {
  const { part } = fragment;
  if (part.kind !== 'rowGroup') return [{ fragments: [fragment], passed: 0 }];
  const to = Math.min(known, from + lines);
  const cut = (first: number, end: number): Fragment => ({
    ...fragment,
    rows: end - first,
    part: { ...part, fromRow: part.fromRow + first, toRow: part.fromRow + end },
  });
  const rest = to < known ? [{ fragments: [cut(to, known)], passed: 0 }] : [];
  return [{ fragments: [cut(from, to)], passed: from }, ...rest];
}

/** One fragment after the other, so that nothing is read ahead; all at once where it is not known in which one the chunk begins. */
function stepsOf({ fragments, firstRow }: FragmentSpan, from: number, lines: number): Step[] {
  const [first, ...others] = fragments;
  if (first === undefined) return [];
  if (first.rows === null || firstRow + first.rows <= from) return [{ fragments, passed: 0 }];
  const next = others.map((fragment) => ({ fragments: [fragment], passed: 0 }));
  return [...partsOf(first, first.rows, from - firstRow, lines), ...next];
}

/** Renders the first lines of a planned chunk, and reads as little before and behind them as can be. The dataset must be the one that was planned. */
export async function previewChunk(
  opened: OpenedJob,
  chunk: PlannedRows,
  size: PreviewSize,
  { env, pool, fragmentEnds }: PreviewDeps,
  signal: AbortSignal,
): Promise<ChunkPreview> {
  const fragments = (await jobFragments(opened, false, env, signal)).map((fragment, index) => {
    const end = fragmentEnds[index];
    const counted = end === undefined ? null : end - (fragmentEnds[index - 1] ?? 0);
    return { ...fragment, rows: fragment.rows ?? counted };
  });
  const span = wantedFragments(fragments, { chunks: [chunk], wanted: new Set([chunk.index]) });
  const setup = jobSetup(opened, 'render', false);
  const first = openFirstLines(chunk, size);
  let row = span.firstRow;
  for (const step of stepsOf(span, chunk.firstRow, size.lines)) {
    row += step.passed;
    for await (const { block, release } of scanBlocks(pool, setup, step.fragments, null, signal)) {
      const isDone = first.take(block, row);
      row += block.rows;
      release();
      if (isDone) return first.preview();
    }
  }
  return first.preview();
}
