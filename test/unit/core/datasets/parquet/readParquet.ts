import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Kernel } from '../../../../../src/kernel/kernel.ts';
import { openKernel } from '../../../../../src/kernel/kernel.ts';
import type { TextColumn } from '../../../../../src/kernel/textColumn.ts';
import type { ReadEnv } from '../../../../../src/core/datasets/formatReader.ts';
import type { FileDescription } from '../../../../../src/core/model/fileDescription.ts';
import { parquetReader } from '../../../../../src/core/datasets/parquet/parquetReader.ts';
import type { ColumnPath } from '../../../../../src/core/model/columnType.ts';
import type { Dataset, DatasetFile, Fragment } from '../../../../../src/core/model/dataset.ts';
import type { ByteSource } from '../../../../../src/core/ports.ts';
import { openCodecs } from '../../../../../src/platform/codecs.ts';

const codecs = await openCodecs();
const wasm = fileURLToPath(
  new URL('../../../../../node_modules/parquet-wasm/esm/parquet_wasm_bg.wasm', import.meta.url),
);
const loadParquetWasm = async (): Promise<Uint8Array> => readFile(wasm);
export const never: AbortSignal = new AbortController().signal;

export interface OpenedParquet {
  readonly description: FileDescription;
  readonly dataset: Dataset;
  readonly env: ReadEnv;
  readonly reads: { offset: number; length: number }[];
}

function sourceOf(bytes: Uint8Array, name: string, reads: OpenedParquet['reads']): ByteSource {
  return {
    name,
    sizeBytes: bytes.length,
    modifiedMs: 0,
    read: async (offset, length) => {
      if (offset < 0 || length < 0 || offset + length > bytes.length) throw new Error(`read of ${length} at ${offset}`);
      reads.push({ offset, length });
      return bytes.slice(offset, offset + length);
    },
    verifyUnchanged: async () => undefined,
    close: async () => undefined,
  };
}

/** A dataset of one Parquet file in memory. */
export async function parquetInMemory(
  bytes: Uint8Array,
  partition: DatasetFile['partition'] = {},
): Promise<OpenedParquet> {
  const reads: OpenedParquet['reads'] = [];
  const open = async (): Promise<ByteSource> => sourceOf(bytes, 'rows.parquet', reads);
  const unused = (): never => {
    throw new Error('not needed');
  };
  const env: ReadEnv = { files: { open, stat: unused, list: unused, glob: unused }, codecs, loadParquetWasm };
  const file: DatasetFile = {
    name: 'rows.parquet',
    uri: '/rows.parquet',
    sizeBytes: bytes.length,
    modifiedMs: 0,
    compression: 'none',
    partition,
  };
  const description = await parquetReader.describe(await open(), file, env, never);
  const partitionColumns = Object.keys(partition);
  const dataset: Dataset = {
    uri: '/rows.parquet',
    format: 'parquet',
    files: [file],
    columns: description.columns,
    partitionColumns,
  };
  return { description, dataset, env, reads };
}

/** The texts of a column of a batch. */
export function textsOf(kernel: Kernel, column: TextColumn, rows: number): (string | null)[] {
  const ends = kernel.ints(column.offsets, rows + 1);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const validity = column.validity === 0 ? null : kernel.bytes(column.validity, Math.ceil(rows / 8));
  return Array.from({ length: rows }, (_, row) => {
    const from = ends[row] ?? 0;
    const text = decoder.decode(kernel.bytes(column.values + from, (ends[row + 1] ?? 0) - from));
    const present = validity === null || ((validity[row >> 3] ?? 0) >> (row & 7)) % 2 === 1;
    if (!present && text !== '') throw new Error('a null with text');
    return present ? text : null;
  });
}

export interface ReadRows {
  readonly columns: (string | null)[][];
  readonly batches: number[];
  readonly arrowBytes: number[];
  readonly kernelBytes: number;
  readonly fragments: Fragment[];
}

/** All rows of some columns, read by one worker. */
export async function readColumns(
  opened: OpenedParquet,
  columns: readonly ColumnPath[],
  given?: readonly Fragment[],
): Promise<ReadRows> {
  const kernel = openKernel();
  const fragments = [...(given ?? (await parquetReader.fragments(opened.dataset, 0, columns, opened.env, never)))];
  const reader = parquetReader.open(opened.dataset, columns, kernel, opened.env);
  const out: ReadRows['columns'] = columns.map(() => []);
  const arrowBytes = columns.map(() => 0);
  const batches: number[] = [];
  const start = kernel.mark();
  for (const fragment of fragments) {
    let rows = 0;
    for await (const batch of reader.batches(fragment, never)) {
      rows += batch.rows;
      batches.push(batch.rows);
      batch.columns.forEach((column, i) => {
        const texts = textsOf(kernel, column, batch.rows);
        if (column.nulls !== texts.filter((text) => text === null).length) throw new Error('wrong nulls');
        out[i]?.push(...texts);
        arrowBytes[i] = (arrowBytes[i] ?? 0) + (batch.arrowBytes[i] ?? 0);
      });
    }
    if (rows !== fragment.rows) throw new Error(`a fragment of ${fragment.rows} rows gave ${rows}`);
  }
  await reader.close();
  if (kernel.mark() !== start) throw new Error('kernel memory was kept');
  return { columns: out, batches, arrowBytes, kernelBytes: kernel.sizeBytes(), fragments };
}

/** Where two columns differ first, -1 if nowhere; far faster than a deep comparison. */
export function firstDifference(actual: readonly (string | null)[] = [], expected: readonly (string | null)[]): number {
  if (actual.length !== expected.length) return Math.min(actual.length, expected.length);
  return actual.findIndex((text, i) => text !== expected[i]);
}
