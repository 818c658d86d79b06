import { openKernel, type Kernel } from '../../kernel/kernel.ts';
import type { TextColumn } from '../../kernel/textColumn.ts';
import type { ReadEnv, TextBatch } from '../datasets/formatReader.ts';
import { formatReaders } from '../datasets/formatReaders.ts';
import type { OpenedDataset } from '../datasets/openDataset.ts';
import { typeName } from '../datasets/typeName.ts';
import { throwIfAborted } from '../errors.ts';
import type { DatasetFormat } from '../model/dataset.ts';
import { openCells } from './openCells.ts';
import { isNull } from './scanRows.ts';

/** How much of a table is shown; at least its first row is. */
export interface FirstRowsSize {
  readonly rows: number;
  /** UTF-16 units of a cell; of very many columns fewer are shown. */
  readonly cellChars: number;
  /** Of all cells together, about. */
  readonly chars: number;
}

/** A cell of which only the beginning is there; `row` and `column` count from 0, `bytes` are those of its whole text in UTF-8. */
export interface CutCell {
  readonly row: number;
  readonly column: number;
  readonly bytes: number;
}

/** The first rows of a dataset in its order, as text. */
export interface FirstRows {
  readonly format: DatasetFormat;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** Values by the rules of docs/values.md, in the order of `columns`; null is null, never an empty text. */
  readonly rows: readonly (readonly (string | null)[])[];
  readonly cutCells: readonly CutCell[];
  /** Of the whole dataset; null where only reading everything would tell. */
  readonly totalRows: number | null;
  /** These are all its rows. */
  readonly isWhole: boolean;
}

/** What a cell costs beside its characters, quotes and comma of JSON for example. */
const CELL_CHARS = 4;
/** A UTF-16 unit takes at most so many bytes in UTF-8. */
const MOST_BYTES_A_CHAR = 3;

/** The beginning of a text of at most `chars` units that cuts no character in two. */
function beginning(text: string, chars: number): string {
  const cut = text.slice(0, chars);
  return /[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut;
}

/** Takes the rows of batches until they are enough. */
function openTaking(kernel: Kernel, columns: number, size: FirstRowsSize) {
  const cellOf = openCells(kernel);
  const cellChars = Math.max(16, Math.min(size.cellChars, Math.floor(size.chars / Math.max(1, columns))));
  const rows: (string | null)[][] = [];
  const cutCells: CutCell[] = [];
  let chars = 0;

  const cell = (column: TextColumn, row: number, index: number): string | null => {
    if (isNull(kernel, column, row)) return null;
    const [from = 0, to = 0] = kernel.ints(column.offsets + 4 * row, 2);
    const most = cellChars * MOST_BYTES_A_CHAR;
    const text =
      to - from <= most
        ? cellOf(column, row)
        : new TextDecoder('utf-8', { ignoreBOM: true }).decode(kernel.bytes(column.values + from, most), {
            stream: true, // leaves out a character of which only a part is there
          });
    if (to - from <= most && text.length <= cellChars) return text;
    cutCells.push({ row: rows.length, column: index, bytes: to - from });
    return beginning(text, cellChars);
  };

  const isFull = (): boolean => rows.length >= size.rows || (rows.length > 0 && chars >= size.chars);
  return {
    rows,
    cutCells,
    isFull,
    /** False once there are rows for which there is no room. */
    take: (batch: TextBatch): boolean => {
      for (let row = 0; row < batch.rows; row++) {
        if (isFull()) return false;
        const texts = batch.columns.map((column, index) => cell(column, row, index));
        chars += texts.reduce((sum, text) => sum + CELL_CHARS + (text?.length ?? 0), 0);
        rows.push(texts);
      }
      return true;
    },
  };
}

/** The rows that metadata tells; null where a file leaves it open. */
function toldRows({ descriptions }: OpenedDataset): number | null {
  return descriptions.reduce<number | null>((sum, { rows }) => (sum === null || rows === null ? null : sum + rows), 0);
}

/** Reads the first rows of a dataset, and no more of it than it takes to tell whether these are all. */
export async function firstRows(
  opened: OpenedDataset,
  size: FirstRowsSize,
  env: ReadEnv,
  signal: AbortSignal,
): Promise<FirstRows> {
  const { dataset } = opened;
  const paths = dataset.columns.map(({ name }) => [name]);
  const kernel = openKernel();
  const format = formatReaders[dataset.format];
  const reader = format.open(dataset, paths, kernel, env);
  const taking = openTaking(kernel, paths.length, size);
  const told = toldRows(opened);
  const isEnough = (): boolean => told !== null && (taking.rows.length >= told || taking.isFull());
  const read = async (): Promise<boolean> => {
    for (let file = 0; file < dataset.files.length && !isEnough(); file++) {
      for (const fragment of await format.fragments(dataset, file, paths, env, signal)) {
        if (isEnough()) break;
        for await (const batch of reader.batches(fragment, signal)) {
          throwIfAborted(signal);
          if (!taking.take(batch)) return false;
          if (isEnough()) break;
        }
      }
    }
    return told === null || taking.rows.length >= told;
  };
  try {
    const isWhole = await read();
    const { rows, cutCells } = taking;
    const columns = dataset.columns.map(({ name, type }) => ({ name, type: typeName(type) }));
    return { format: dataset.format, columns, rows, cutCells, totalRows: isWhole ? rows.length : told, isWhole };
  } finally {
    await reader.close();
  }
}
