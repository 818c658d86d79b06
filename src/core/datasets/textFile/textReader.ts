import type { Kernel } from '../../../kernel/kernel.ts';
import { TrancheError } from '../../errors.ts';
import type { ColumnPath } from '../../model/columnType.ts';
import type { Dataset, DatasetFile, Fragment } from '../../model/dataset.ts';
import type { ByteSource } from '../../ports.ts';
import type { FragmentReader, ReadEnv, TextBatch } from '../formatReader.ts';
import { ColumnSlots } from './columnSlots.ts';
import { lineRange } from './lineRange.ts';
import { openSources } from './openSources.ts';
import type { RecordFormat } from './recordFormat.ts';
import { textBatches } from './textBatches.ts';
import { textBlocks } from './textBlocks.ts';
import { textColumns } from './textColumns.ts';
import { bomBytes, refuseWideText } from './textEncoding.ts';
import type { TextOptions } from './textOptions.ts';
import { textPlace } from './textPlace.ts';
import { TextWindow } from './textWindow.ts';

/** What a format prepares once per reader: `startFile` reads what stands before the records (a header) and says how to take them. */
export type OpenFormat = (
  kernel: Kernel,
  paths: readonly ColumnPath[],
  slots: ColumnSlots,
  options: TextOptions,
) => { readonly startText: (window: TextWindow, name: string) => RecordFormat };

/** A reader of one text format's fragments. */
export function openTextReader(
  dataset: Dataset,
  columns: readonly ColumnPath[],
  kernel: Kernel,
  env: ReadEnv,
  options: TextOptions,
  openFormat: OpenFormat,
): FragmentReader {
  const chosen = textColumns(dataset, columns, kernel, options.maxRows);
  const slots = new ColumnSlots(kernel, chosen.paths.length, options.maxRows, options.windowBytes + 16);
  const window = new TextWindow(kernel, options.windowBytes);
  const format = openFormat(kernel, chosen.paths, slots, options);
  const sources = openSources(env.files);

  async function* batches(fragment: Fragment, signal: AbortSignal): AsyncGenerator<TextBatch> {
    const { file, part } = fragmentOf(dataset, fragment);
    const source = await sources.use(file, signal);
    const whole = { from: 0, to: source.sizeBytes };
    const packed = file.compression !== 'none';
    const range = packed ? whole : await lineRange(source, part, options.maxRecordBytes, signal);
    const open = (from: { from: number; to: number }) =>
      textBlocks(source, file, env.codecs, from, options.blockBytes, signal);
    chosen.startFile(file);
    window.open(open(range), range.from);
    try {
      await window.fill();
      if (range.from === 0) skipMark(window, source);
      const reading = {
        kernel,
        window,
        slots,
        options,
        name: source.name,
        format: format.startText(window, source.name),
        placeOf: (offset: number) => textPlace(open(whole), offset),
      };
      for await (const batch of textBatches(reading, signal)) yield chosen.batch(batch);
    } finally {
      await window.close();
    }
    await source.verifyUnchanged();
  }
  return { batches, close: sources.close };
}

function fragmentOf(dataset: Dataset, { file: index, part }: Fragment): { file: DatasetFile; part: BytePart } {
  const file = dataset.files[index];
  if (file === undefined || part.kind !== 'bytes')
    throw new TrancheError('internal', 'This fragment is not part of a text file.');
  return { file, part };
}

interface BytePart {
  readonly from: number;
  readonly to: number | null;
}

function skipMark(window: TextWindow, source: ByteSource): void {
  const start = window.unread();
  refuseWideText(start, source.name);
  window.at += bomBytes(start);
}
