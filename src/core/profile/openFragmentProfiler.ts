import type { Kernel } from '../../kernel/kernel.ts';
import type { TextColumn } from '../../kernel/textColumn.ts';
import type { Fragment } from '../model/dataset.ts';
import { openColumnScale, type ColumnScale } from './columnScale.ts';
import type { FragmentProfile, ProfileSetup } from './fragmentProfile.ts';
import { openRandom } from './random.ts';
import { rowBytes } from './rowBytes.ts';
import { openRowTally, type RowTally } from './rowTally.ts';
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
    const openRows = (): RowTally | null => (setup.weighsRows ? openRowTally(0) : null);
    let scales = open();
    let tally = openRows();
    let rows = 0;
    let batches = 0;
    let readBefore = readBytes();
    const output = (): FragmentProfile => {
      const read = readBytes() - readBefore;
      readBefore += read;
      const columns = scales.map((scale) => scale.end());
      return { rows, readBytes: read, columns, rowSizes: tally?.end() ?? null };
    };
    for await (const batch of source.batches(fragment, signal)) {
      if (batches === BATCHES_PER_OUTPUT) {
        yield output();
        [scales, tally, rows, batches] = [open(), openRows(), 0, 0];
      }
      rows += batch.rows;
      batches++;
      for (const [index, column] of batch.columns.entries())
        scales[index]?.add(column, batch.rows, batch.arrowBytes[index] ?? 0);
      tally?.add(rowBytes(kernel, batch.columns, batch.rows));
    }
    yield output();
  };
}
