import type { Kernel } from '../../kernel/kernel.ts';
import type { TextColumn } from '../../kernel/textColumn.ts';
import type { Fragment } from '../model/dataset.ts';
import { openColumnScale, type ColumnScale } from './columnScale.ts';
import type { FragmentProfile, ProfileSetup } from './fragmentProfile.ts';
import { openRandom } from './random.ts';
import type { TokenCounter } from './tokens.ts';

/** Rows [0, rows) of columns as text in the kernel, with the bytes of their Arrow buffers. */
interface ProfiledBatch {
  readonly rows: number;
  readonly columns: readonly TextColumn[];
  readonly arrowBytes: readonly number[];
}

/** What gives a fragment's batches: a reader of the datasets. */
export interface BatchSource {
  readonly batches: (fragment: Fragment, signal: AbortSignal) => AsyncGenerator<ProfiledBatch>;
}

/** What weighing needs. */
export interface ProfilerParts {
  readonly kernel: Kernel;
  readonly source: BatchSource;
  /** Of o200k_base. */
  readonly tokens: TokenCounter;
  /** Bytes read so far. */
  readonly readBytes: () => number;
}

/** An output is sent after so many batches, so that a large fragment shows progress. */
const BATCHES_PER_OUTPUT = 16;

/** A fragment's own seed: its place in the dataset mixed into the setup's. */
function seedOf(seed: number, { file, part }: Fragment): number {
  const from = part.kind === 'rowGroup' ? part.fromRow + 7919 * part.rowGroup : part.from;
  return seed ^ Math.imul(file + 1, 0x9e3779b1) ^ Math.imul(from + 1, 0x85ebca6b);
}

/** Opens what weighs a worker's fragments, column by column. */
export function openFragmentProfiler(
  setup: ProfileSetup,
  parts: ProfilerParts,
): (fragment: Fragment, signal: AbortSignal) => AsyncGenerator<FragmentProfile> {
  const { kernel, source, tokens, readBytes } = parts;
  return async function* (fragment, signal) {
    const random = openRandom(seedOf(setup.seed, fragment));
    const open = (): ColumnScale[] =>
      setup.columns.map(() => openColumnScale(kernel, setup.countedTexts, tokens, random));
    let scales = open();
    let rows = 0;
    let batches = 0;
    let readBefore = readBytes();
    const output = (): FragmentProfile => {
      const read = readBytes() - readBefore;
      readBefore += read;
      return { rows, readBytes: read, columns: scales.map((scale) => scale.end()) };
    };
    for await (const batch of source.batches(fragment, signal)) {
      if (batches === BATCHES_PER_OUTPUT) {
        yield output();
        [scales, rows, batches] = [open(), 0, 0];
      }
      rows += batch.rows;
      batches++;
      for (const [index, column] of batch.columns.entries())
        scales[index]?.add(column, batch.rows, batch.arrowBytes[index] ?? 0);
    }
    yield output();
  };
}
