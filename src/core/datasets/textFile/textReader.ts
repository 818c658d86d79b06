import type { Kernel } from '../../../kernel/kernel.ts';
import { TrancheError } from '../../errors.ts';
import type { ColumnPath } from '../../model/columnType.ts';
import type { Dataset, DatasetFile, Fragment } from '../../model/dataset.ts';
import type { ByteSource, Codecs } from '../../ports.ts';
import type { FragmentReader, ReadEnv, TextBatch } from '../formatReader.ts';
import { ColumnSlots } from './columnSlots.ts';
import { lineRange } from './lineRange.ts';
import { openSources } from './openSources.ts';
import type { RecordFormat } from './recordFormat.ts';
import { textBatches } from './textBatches.ts';
import { textBlocks } from './textBlocks.ts';
import { textColumns } from './textColumns.ts';
import { bomBytes, refuseWideText } from './textEncoding.ts';
import { sizedFor, type TextOptions } from './textOptions.ts';
import { textPlace } from './textPlace.ts';
import { TextWindow } from './textWindow.ts';

/** What a format prepares once per reader: `startText` reads what stands before a text's records (a header), says how to take them, and where they begin. */
export type OpenFormat = (
  kernel: Kernel,
  paths: readonly ColumnPath[],
  slots: ColumnSlots,
  options: TextOptions,
  codecs: Codecs,
) => {
  readonly startText: (
    source: ByteSource,
    file: DatasetFile,
    signal: AbortSignal,
  ) => Promise<{ readonly format: RecordFormat; readonly from: number }>;
};

/** A reader of one text format's fragments. */
export function openTextReader(
  dataset: Dataset,
  columns: readonly ColumnPath[],
  kernel: Kernel,
  env: ReadEnv,
  usual: TextOptions,
  openFormat: OpenFormat,
): FragmentReader {
  const options = sizedFor(usual, columns.length);
  const chosen = textColumns(dataset, columns, kernel, options.maxRows);
  const slots = new ColumnSlots(kernel, chosen.paths.length, options.maxRows, options.windowBytes + 16);
  const window = new TextWindow(kernel, options.windowBytes);
  const { startText } = openFormat(kernel, chosen.paths, slots, options, env.codecs);
  const sources = openSources(env.files);

  async function* batches(fragment: Fragment, signal: AbortSignal): AsyncGenerator<TextBatch> {
    const { file, part } = fragmentOf(dataset, fragment);
    const source = await sources.use(file, signal);
    const whole = { from: 0, to: source.sizeBytes };
    const packed = file.compression !== 'none';
    const open = (range: { from: number; to: number }) =>
      textBlocks(source, file, env.codecs, range, options.blockBytes, signal);
    const { format, from } = await startText(source, file, signal);
    const range = packed ? whole : await lineRange(source, part, options.maxRecordBytes, signal);
    chosen.startFile(file);
    try {
      const start = packed || range.from > 0 ? range.from : Math.min(from, range.to);
      await window.open(open({ from: start, to: range.to }), start, packed ? from : 0);
      if (range.from === 0 && from === 0) await skipMark(window, source);
      const placeOf = (offset: number) => textPlace(open(whole), offset);
      const reading = { kernel, window, slots, options, format, name: source.name, placeOf };
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

async function skipMark(window: TextWindow, source: ByteSource): Promise<void> {
  await window.fill();
  const start = window.unread();
  refuseWideText(start, source.name);
  window.at += bomBytes(start);
}
