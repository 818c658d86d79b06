import { TrancheError, throwIfAborted } from '../../errors.ts';
import type { Kernel } from '../../../kernel/kernel.ts';
import type { TextColumn } from '../../../kernel/textColumn.ts';
import type { ColumnPath } from '../../model/columnType.ts';
import type { Dataset, DatasetFile, Fragment } from '../../model/dataset.ts';
import type { ByteSource } from '../../ports.ts';
import { constantColumn } from '../constantColumn.ts';
import type { FormatReader, FragmentReader, ReadEnv, TextBatch } from '../formatReader.ts';
import { openFile } from '../openFile.ts';
import { arrowBytes } from '../values/arrowBytes.ts';
import type { ArrowArray } from '../values/arrowArray.ts';
import { openTextContext, wholeDictionary } from '../values/arrayText.ts';
import { rowOf } from '../values/rowError.ts';
import { MAX_BATCH_ROWS, sliceEnd } from '../values/sliceEnd.ts';
import type { DictionaryText, TextContext } from '../values/textContext.ts';
import { badArrow, openContainer, type ArrowContainer } from './arrowContainer.ts';
import { describeArrow } from './describeArrow.ts';
import { fileOf, fragmentsOfArrow } from './fragmentsOfArrow.ts';
import { recordBatches, type BatchSource, type RecordBatchArrays } from './recordBatches.ts';
import type { Dictionaries } from './readBody.ts';
import { wantedColumn, type WantedColumn } from './wantedColumn.ts';

/** Arrow IPC: files (Feather version 2 too) by their footer, streams message by message; bodies plain or packed with LZ4 or zstd. */
export const arrowReader: FormatReader = {
  describe: (source, file, _env, signal) => describeArrow(source, file, signal),
  fragments: fragmentsOfArrow,
  open: openArrowReader,
};

interface OpenFile {
  readonly file: DatasetFile;
  readonly source: ByteSource;
  readonly container: ArrowContainer;
}

function openArrowReader(
  dataset: Dataset,
  columns: readonly ColumnPath[],
  kernel: Kernel,
  env: ReadEnv,
): FragmentReader {
  let current: OpenFile | null = null;
  const close = async (): Promise<void> => {
    const open = current;
    current = null;
    await open?.source.close();
  };
  const use = async (file: DatasetFile, signal: AbortSignal): Promise<OpenFile> => {
    if (current?.file === file) return current;
    await close();
    const source = await openFile(env.files, file, signal);
    try {
      current = { file, source, container: await openContainer(source, signal) };
      return current;
    } catch (error) {
      await source.close();
      throw error;
    }
  };
  return {
    batches: async function* (fragment, signal) {
      const file = fileOf(dataset, fragment.file);
      const start = kernel.mark();
      try {
        const open = await use(file, signal);
        yield* fragmentBatches(open, fragment, { dataset, columns, kernel, env }, signal);
        await open.source.verifyUnchanged();
      } catch (error) {
        throw badArrow(file.name, error);
      } finally {
        kernel.release(start);
      }
    },
    close,
  };
}

interface Reading {
  readonly dataset: Dataset;
  readonly columns: readonly ColumnPath[];
  readonly kernel: Kernel;
  readonly env: ReadEnv;
}

async function* fragmentBatches(
  { file, source, container }: OpenFile,
  fragment: Fragment,
  { dataset, columns, kernel, env }: Reading,
  signal: AbortSignal,
): AsyncGenerator<TextBatch> {
  if (fragment.part.kind !== 'recordBatches') throw new TrancheError('internal', 'An Arrow fragment has another part.');
  const isPartition = (path: ColumnPath) => path.length === 1 && dataset.partitionColumns.includes(path[0] ?? '');
  const wanted = columns.map((path) => (isPartition(path) ? null : wantedColumn(container.fields, path)));
  const from: BatchSource = { source, container, codecs: env.codecs, columns: wanted };
  const start = kernel.mark();
  let stage: Stage | null = null;
  for await (const batch of recordBatches(from, fragment.part, signal)) {
    if (stage?.dictionaries !== batch.dictionaries) {
      kernel.release(start);
      stage = openStage(kernel, file, columns, wanted, batch.dictionaries);
    }
    for (let row = 0; row < batch.rows;) {
      throwIfAborted(signal);
      kernel.release(stage.end);
      const end = endOfSlice(batch, columns, row);
      yield sliceText(stage, batch, columns, row, end);
      row = end;
    }
  }
}

/** What lies in the kernel for as long as the dictionaries stay the same: their texts, and columns that say one thing in every row. */
interface Stage {
  readonly dictionaries: Dictionaries;
  readonly context: TextContext;
  readonly constants: readonly (TextColumn | null)[];
  readonly end: number;
}

function openStage(
  kernel: Kernel,
  file: DatasetFile,
  columns: readonly ColumnPath[],
  wanted: readonly (WantedColumn | null)[],
  dictionaries: Dictionaries,
): Stage {
  const texts = new Map<readonly ArrowArray[], DictionaryText>();
  const context = openTextContext(kernel, texts);
  for (const parts of dictionaries.values()) texts.set(parts, wholeDictionary(context, parts));
  let nulls: TextColumn | undefined;
  const constants = columns.map((path, index) => {
    if (wanted[index] !== null) return null;
    const text = path.length === 1 ? (file.partition[path[0] ?? ''] ?? null) : null;
    if (text === null) return (nulls ??= constantColumn(kernel, MAX_BATCH_ROWS, null));
    return constantColumn(kernel, MAX_BATCH_ROWS, new TextEncoder().encode(text));
  });
  return { dictionaries, context, constants, end: kernel.mark() };
}

/** Where the next batch of rows ends; offsets that are broken are met here first. */
function endOfSlice({ arrays, index, rows }: RecordBatchArrays, columns: readonly ColumnPath[], from: number): number {
  const read = arrays.flatMap((array, column) => (array === null ? [] : [{ array, column }]));
  try {
    return sliceEnd(
      read.map(({ array }) => array),
      from,
      rows,
    );
  } catch (error) {
    for (const { array, column } of read) {
      try {
        sliceEnd([array], from, rows);
      } catch (cause) {
        throw columnError(cause, columns[column] ?? [], index, from, array);
      }
    }
    throw error;
  }
}

function sliceText(
  stage: Stage,
  batch: RecordBatchArrays,
  columns: readonly ColumnPath[],
  from: number,
  to: number,
): TextBatch {
  const bytes: number[] = [];
  const texts = batch.arrays.map((array, index): TextColumn => {
    try {
      bytes.push(array === null ? 0 : arrowBytes(array, from, to) + dictionaryBytes(array, batch.index + from));
      return array === null ? constant(stage.constants[index], to - from) : stage.context.textOf(array, from, to);
    } catch (error) {
      throw columnError(error, columns[index] ?? [], batch.index, from, array);
    }
  });
  return { rows: to - from, columns: texts, arrowBytes: bytes };
}

/** The dictionary of a column counts once a file, with its first row. */
function dictionaryBytes(array: ArrowArray, row: number): number {
  if (row > 0) return 0;
  return (array.dictionary ?? []).reduce((sum, part) => sum + arrowBytes(part, 0, part.rows), 0);
}

function constant(column: TextColumn | null | undefined, rows: number): TextColumn {
  if (!column) throw new TrancheError('internal', 'A column is neither read nor constant.');
  return column.nulls > 0 ? { ...column, nulls: rows } : column;
}

function columnError(error: unknown, path: ColumnPath, batch: number, from: number, array: ArrowArray | null): unknown {
  if (!(error instanceof Error) || error instanceof TrancheError) return error;
  const row = array?.field.type.kind === 'utf8' ? rowOf(error) : null;
  const place = row === null ? `record batch ${batch + 1}` : `row ${from + row + 1} of record batch ${batch + 1}`;
  const cause = error instanceof RangeError ? 'a value is too large' : error.message;
  return new Error(`column "${path.join('.')}" in ${place}: ${cause}`, { cause: error });
}
