import type { Kernel } from '../../kernel/kernel.ts';
import type { TextColumn } from '../../kernel/textColumn.ts';
import type { Fragment } from '../model/dataset.ts';
import type { ColumnProfile, FragmentProfile, ProfileSetup } from './fragmentProfile.ts';
import { emptySizes, sizeBucket } from './sizeBuckets.ts';

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

interface Sums {
  nulls: number;
  arrowBytes: number;
  textBytes: number;
  renderedBytes: number;
  maxTextBytes: number;
  readonly sizes: Uint32Array;
  readonly texts: string[];
}

const emptySums = (): Sums => ({
  nulls: 0,
  arrowBytes: 0,
  textBytes: 0,
  renderedBytes: 0,
  maxTextBytes: 0,
  sizes: emptySizes(),
  texts: [],
});

/** Bytes of a column's texts once escaped: the lengths of lines that are nothing but them. */
function renderedBytes(kernel: Kernel, column: TextColumn, rows: number): number {
  const mark = kernel.mark();
  const segment = kernel.reserve(12);
  const skip = kernel.reserve(rows);
  const lengths = kernel.reserve(4 * rows);
  kernel.bytes(skip, rows).fill(0);
  kernel.ints(segment, 3).set([1, column.offsets, column.values]);
  kernel.measureLines(0, rows, segment, 1, skip, lengths);
  const sum = new Uint32Array(kernel.bytes(lengths, 4 * rows).slice().buffer).reduce((all, one) => all + one, 0);
  kernel.release(mark);
  return sum;
}

function addSizes(kernel: Kernel, column: TextColumn, rows: number, sums: Sums): void {
  const offsets = kernel.ints(column.offsets, rows + 1);
  const bits = column.validity === 0 ? null : kernel.bytes(column.validity, Math.ceil(rows / 8));
  let from = offsets[0] ?? 0;
  sums.textBytes -= from;
  for (let row = 0; row < rows; row++) {
    const to = offsets[row + 1] ?? from;
    const bytes = to - from;
    from = to;
    if (bits !== null && (((bits[row >> 3] ?? 0) >> (row & 7)) & 1) === 0) continue;
    const bucket = sizeBucket(bytes);
    sums.sizes[bucket] = (sums.sizes[bucket] ?? 0) + 1;
    if (bytes > sums.maxTextBytes) sums.maxTextBytes = bytes;
  }
  sums.textBytes += from;
}

/** Texts of rows spread evenly over the batch. */
function keepTexts(kernel: Kernel, column: TextColumn, rows: number, wanted: number, sums: Sums): void {
  const decoder = new TextDecoder();
  const take = Math.min(rows, wanted - sums.texts.length);
  for (let index = 0; index < take; index++) {
    const row = Math.floor((index * rows) / take);
    const [from = 0, to = 0] = kernel.ints(column.offsets + 4 * row, 2);
    sums.texts.push(decoder.decode(kernel.bytes(column.values + from, to - from)));
  }
}

/** Opens what weighs a worker's fragments, column by column. */
export function openFragmentProfiler(
  setup: ProfileSetup,
  kernel: Kernel,
  source: BatchSource,
): (fragment: Fragment, signal: AbortSignal) => Promise<FragmentProfile> {
  return async (fragment, signal) => {
    const columns = setup.columns.map(emptySums);
    let rows = 0;
    for await (const batch of source.batches(fragment, signal)) {
      rows += batch.rows;
      for (const [index, column] of batch.columns.entries()) {
        const sums = columns[index];
        if (!sums) continue;
        sums.nulls += column.nulls;
        sums.arrowBytes += batch.arrowBytes[index] ?? 0;
        sums.renderedBytes += renderedBytes(kernel, column, batch.rows);
        addSizes(kernel, column, batch.rows, sums);
        if (sums.texts.length < setup.keptTexts) keepTexts(kernel, column, batch.rows, setup.keptTexts, sums);
      }
    }
    return { rows, columns: columns satisfies ColumnProfile[] };
  };
}
