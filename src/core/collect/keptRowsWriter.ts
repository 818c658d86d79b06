import type { SchemaElement } from 'hyparquet';
import { TrancheError } from '../errors.ts';
import type { KeptColumn } from '../model/block.ts';
import type { Column } from '../model/columnType.ts';
import type { QuarantineReason } from '../model/outcome.ts';
import type { ByteSink } from './byteSink.ts';
import { columnNames, INPUT_SUFFIX } from './columnNames.ts';
import { definitionLevels } from './levels.ts';
import { openParquetFile, type PagePacker, type ParquetLeaf, type ParquetPage } from './parquetFile.ts';

/** The next `rows` rows of a block and the number of the chunk they are in; 0: they are in none. */
export interface ChunkRun {
  readonly chunk: number;
  readonly rows: number;
}

/** Why a row of the block has no line; a `SkippedRow` is one. */
export interface KeptReason {
  /** Counts within the block. */
  readonly row: number;
  readonly reason: QuarantineReason;
  /** One sentence for people. */
  readonly detail: string;
}

/** What the kept rows hold beside custom_id, in the order of `Block.kept`. */
export interface KeptSchema {
  readonly key: readonly Column[];
  readonly carried: readonly Column[];
}

/** Writes the kept rows of a run; buffers given to it are its own from then on. */
export interface KeptRowsWriter {
  /** Appends a block's rows; `chunks` covers them all in order, `reasons` names skipped rows in ascending order. Writes only when a row group is full. */
  readonly add: (
    rows: number,
    kept: readonly KeptColumn[],
    chunks: readonly ChunkRun[],
    reasons: readonly KeptReason[],
  ) => Promise<void>;
  /** Writes what is left and the footer; gives rows and file size. */
  readonly finish: () => Promise<{ readonly rows: number; readonly sizeBytes: number }>;
}

/** Key of the entry in the file's metadata that tells the columns' roles and their types in the dataset. */
export const KEPT_METADATA = 'tranche.kept';

/** Names of the columns every kept-rows file has. */
const KEPT_OWN = { id: 'custom_id', chunk: 'chunk', reason: 'reason', detail: 'detail' } as const;

const GROUP_ROWS = 131_072;
const GROUP_BYTES = 16_000_000;

/** The file's names of the dataset's columns: their own, `_input` appended where one of ours has it. */
export function keptNames(schema: KeptSchema): string[] {
  const names = columnNames(Object.values(KEPT_OWN));
  return [...schema.key, ...schema.carried].map((column) => names.take(column.name, INPUT_SUFFIX));
}

function textElement(name: string): SchemaElement {
  return {
    name,
    type: 'BYTE_ARRAY',
    repetition_type: 'OPTIONAL',
    converted_type: 'UTF8',
    logical_type: { type: 'STRING' },
  };
}

function keptLeaves(schema: KeptSchema): ParquetLeaf[] {
  const elements: SchemaElement[] = [
    ...[KEPT_OWN.id, ...keptNames(schema)].map(textElement),
    { name: KEPT_OWN.chunk, type: 'INT32', repetition_type: 'REQUIRED' },
    textElement(KEPT_OWN.reason),
    textElement(KEPT_OWN.detail),
  ];
  return elements.map((element) => ({ path: [element.name], element }));
}

function textPage(rows: number, column: KeptColumn): ParquetPage {
  const levels = definitionLevels(rows, column.nulls, column.validity);
  return { slots: rows, nulls: column.nulls, parts: [levels, column.plain] };
}

function chunkPage(rows: number, runs: readonly ChunkRun[]): ParquetPage {
  const values = new Uint8Array(rows * 4);
  const view = new DataView(values.buffer);
  let row = 0;
  for (const run of runs) {
    if (run.rows < 0 || row + run.rows > rows) break;
    for (const end = row + run.rows; row < end; row++) view.setInt32(row * 4, run.chunk, true);
  }
  if (row !== rows || runs.reduce((sum, run) => sum + run.rows, 0) !== rows) {
    throw new TrancheError('internal', `The chunks given cover other rows than the block's ${rows}.`);
  }
  return { slots: rows, nulls: 0, parts: [values] };
}

/** A sparse text column: `texts[i]` stands in row `at[i]`, all else is null. */
function sparsePage(rows: number, at: readonly number[], texts: readonly string[]): ParquetPage {
  const encoder = new TextEncoder();
  const validity = new Uint8Array(Math.ceil(rows / 8));
  const parts: Uint8Array[] = [];
  for (const [index, row] of at.entries()) {
    validity[row >> 3] = (validity[row >> 3] ?? 0) | (1 << (row & 7));
    const bytes = encoder.encode(texts[index]);
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, bytes.length, true);
    parts.push(length, bytes);
  }
  const nulls = rows - at.length;
  return { slots: rows, nulls, parts: [definitionLevels(rows, nulls, validity), ...parts] };
}

function checkReasons(rows: number, reasons: readonly KeptReason[]): void {
  let before = -1;
  for (const { row } of reasons) {
    if (row <= before || row >= rows) throw new TrancheError('internal', 'Skipped rows of a block are out of order.');
    before = row;
  }
}

function blockPages(
  rows: number,
  kept: readonly KeptColumn[],
  chunks: readonly ChunkRun[],
  reasons: readonly KeptReason[],
): ParquetPage[] {
  checkReasons(rows, reasons);
  const at = reasons.map(({ row }) => row);
  return [
    ...kept.map((column) => textPage(rows, column)),
    chunkPage(rows, chunks),
    sparsePage(
      rows,
      at,
      reasons.map(({ reason }) => reason),
    ),
    sparsePage(
      rows,
      at,
      reasons.map(({ detail }) => detail),
    ),
  ];
}

/**
 * Opens `keys.parquet`: custom_id, key and carried columns as text under their own names, then `chunk` (0: in none), `reason` and `detail`.
 * A block becomes one page a column, straight from its bytes; row groups close at 131,072 rows or 16 MB.
 */
export function openKeptRowsWriter(
  sink: ByteSink,
  schema: KeptSchema,
  packer: PagePacker | null = null,
): KeptRowsWriter {
  const leaves = keptLeaves(schema);
  const columns = 1 + schema.key.length + schema.carried.length;
  const root: SchemaElement = { name: 'schema', num_children: leaves.length };
  const file = openParquetFile(sink, [root, ...leaves.map(({ element }) => element)], leaves, packer);
  let pages: ParquetPage[][] = leaves.map(() => []);
  let [groupRows, groupBytes, allRows] = [0, 0, 0];
  const flush = async (): Promise<void> => {
    if (groupRows === 0) return;
    const [rows, group] = [groupRows, pages];
    pages = leaves.map(() => []);
    [groupRows, groupBytes] = [0, 0];
    await file.writeRowGroup(rows, group);
  };
  return {
    add: async (rows, kept, chunks, reasons) => {
      if (kept.length !== columns) {
        throw new TrancheError('internal', `A block kept ${kept.length} columns where ${columns} were asked for.`);
      }
      if (rows === 0) return;
      for (const [index, page] of blockPages(rows, kept, chunks, reasons).entries()) pages[index]?.push(page);
      groupRows += rows;
      allRows += rows;
      groupBytes += kept.reduce((sum, column) => sum + column.plain.length, rows * 4);
      if (groupRows >= GROUP_ROWS || groupBytes >= GROUP_BYTES) await flush();
    },
    finish: async () => {
      await flush();
      const value = JSON.stringify({ version: 1, key: schema.key, carried: schema.carried });
      return { rows: allRows, sizeBytes: await file.finish([{ key: KEPT_METADATA, value }]) };
    },
  };
}
