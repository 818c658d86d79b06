import { openKernel, type Kernel } from '../../../../src/kernel/kernel.ts';
import type { TextColumn } from '../../../../src/kernel/textColumn.ts';
import type { ColumnPath } from '../../../../src/core/model/columnType.ts';
import type { Dataset, DatasetFile, FileCompression } from '../../../../src/core/model/dataset.ts';
import type { FormatReader, ReadEnv } from '../../../../src/core/datasets/formatReader.ts';
import { TEXT_OPTIONS, type TextOptions } from '../../../../src/core/datasets/textFile/textOptions.ts';
import type { ByteSource, FileStore } from '../../../../src/core/ports.ts';
import { openCodecs } from '../../../../src/platform/codecs.ts';

const NEVER = new AbortController().signal;
const encoder = new TextEncoder();

/** The bytes where a real source would put them: in `into` if there is one. */
function readInto(bytes: Uint8Array, offset: number, length: number, into: Uint8Array | undefined): Uint8Array {
  if (into === undefined) return bytes.slice(offset, offset + length);
  into.set(bytes.subarray(offset, offset + length));
  return into.subarray(0, length);
}

/** A file in memory, as the readers see files. */
function memorySource(name: string, bytes: Uint8Array): ByteSource {
  return {
    name,
    sizeBytes: bytes.length,
    modifiedMs: 0,
    read: async (offset, length, _signal, into) => {
      if (offset < 0 || offset + length > bytes.length) throw new Error('read outside the file');
      return readInto(bytes, offset, length, into);
    },
    verifyUnchanged: async () => undefined,
    close: async () => undefined,
  };
}

export interface TestFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly compression?: FileCompression;
  readonly partition?: Record<string, string | null>;
}

/** The world of some files in memory. */
export async function memoryWorld(files: readonly TestFile[], partitionColumns: string[] = []) {
  const sources = new Map(files.map(({ name, bytes }) => [name, memorySource(name, bytes)]));
  const store: FileStore = {
    open: async (uri) => sources.get(uri) ?? Promise.reject(new Error(`no ${uri}`)),
    stat: () => Promise.reject(new Error('not needed')),
    list: () => Promise.reject(new Error('not needed')),
    glob: () => Promise.reject(new Error('not needed')),
  };
  const env: ReadEnv = { files: store, codecs: await openCodecs() };
  const listed = files.map(({ name, bytes, compression = 'none', partition = {} }): DatasetFile => ({
    name,
    uri: name,
    sizeBytes: bytes.length,
    modifiedMs: 0,
    compression,
    partition,
  }));
  const dataset: Dataset = { uri: 'memory', format: 'csv', files: listed, columns: [], partitionColumns };
  return { env, dataset, sources };
}

/** Text of each row of a column, null where it is null. */
export function cells(kernel: Kernel, column: TextColumn, rows: number): (string | null)[] {
  const offsets = kernel.ints(column.offsets, rows + 1);
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const texts = Array.from({ length: rows }, (_, row) => {
    const from = offsets[row] ?? 0;
    const text = decoder.decode(kernel.bytes(column.values + from, (offsets[row + 1] ?? 0) - from));
    const bits = column.validity === 0 ? 0xff : (kernel.bytes(column.validity + (row >> 3), 1)[0] ?? 0);
    if ((bits >> (row & 7)) & 1) return text;
    if (text !== '') throw new Error('a null with text');
    return null;
  });
  const nulls = texts.filter((text) => text === null).length;
  if (nulls !== column.nulls) throw new Error(`${column.nulls} nulls counted, ${nulls} there`);
  return texts;
}

export interface Read {
  readonly columns: (string | null)[][];
  readonly batches: number[];
  readonly arrowBytes: number[];
  readonly kernelBytes: number;
}

/** Reads all fragments of all files. */
export async function readAll(
  reader: FormatReader,
  world: Awaited<ReturnType<typeof memoryWorld>>,
  paths: readonly ColumnPath[],
): Promise<Read> {
  const kernel = openKernel();
  const { env, dataset } = world;
  const open = reader.open(dataset, paths, kernel, env);
  const columns = paths.map((): (string | null)[] => []);
  const arrowBytes = paths.map(() => 0);
  const batches: number[] = [];
  for (const [file] of dataset.files.entries()) {
    for (const fragment of await reader.fragments(dataset, file, paths, env, NEVER)) {
      for await (const batch of open.batches(fragment, NEVER)) {
        if (batch.rows > 0) batches.push(batch.rows);
        for (const [j, column] of batch.columns.entries()) {
          columns[j]?.push(...cells(kernel, column, batch.rows));
          arrowBytes[j] = (arrowBytes[j] ?? 0) + (batch.arrowBytes[j] ?? 0);
        }
      }
    }
  }
  await open.close();
  return { columns, batches, arrowBytes, kernelBytes: kernel.sizeBytes() };
}

/** One text in memory, its columns read. */
export async function readText(
  reader: FormatReader,
  text: string | Uint8Array,
  paths: readonly ColumnPath[],
  name = 'rows.txt',
): Promise<(string | null)[][]> {
  const bytes = typeof text === 'string' ? encoder.encode(text) : text;
  return (await readAll(reader, await memoryWorld([{ name, bytes }]), paths)).columns;
}

/** Describes one text in memory. */
export async function describeText(reader: FormatReader, text: string | Uint8Array, name = 'rows.txt') {
  const bytes = typeof text === 'string' ? encoder.encode(text) : text;
  const { env, dataset, sources } = await memoryWorld([{ name, bytes }]);
  const file = dataset.files[0];
  const source = sources.get(name);
  if (file === undefined || source === undefined) throw new Error('no file');
  return reader.describe(source, file, env, NEVER);
}

/** The product's sizes, made small so that records are cut anywhere. */
export function smallOptions(change: Partial<TextOptions> = {}): TextOptions {
  return { ...TEXT_OPTIONS, blockBytes: 7, windowBytes: 64, fragmentBytes: 50, maxRecordBytes: 10_000, ...change };
}
