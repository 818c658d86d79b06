import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Kernel } from '../../../../../src/kernel/kernel.ts';
import { openKernel } from '../../../../../src/kernel/kernel.ts';
import type { TextColumn } from '../../../../../src/kernel/textColumn.ts';
import type { ReadEnv } from '../../../../../src/core/datasets/formatReader.ts';
import type { FileDescription } from '../../../../../src/core/model/fileDescription.ts';
import { ParquetFragmentReader } from '../../../../../src/core/datasets/parquet/parquetFragmentReader.ts';
import { parquetReader } from '../../../../../src/core/datasets/parquet/parquetReader.ts';
import type { StreamLimits } from '../../../../../src/core/datasets/parquet/streamedPage.ts';
import { isTrancheError } from '../../../../../src/core/errors.ts';
import type { ColumnPath } from '../../../../../src/core/model/columnType.ts';
import type { Dataset, DatasetFile, Fragment } from '../../../../../src/core/model/dataset.ts';
import type { ByteSource, Codecs } from '../../../../../src/core/ports.ts';
import { openCodecs } from '../../../../../src/platform/codecs.ts';

const codecs = await openCodecs();
const wasm = fileURLToPath(
  new URL('../../../../../node_modules/parquet-wasm/esm/parquet_wasm_bg.wasm', import.meta.url),
);
const loadParquetWasm = async (): Promise<Uint8Array> => readFile(wasm);
export const never: AbortSignal = new AbortController().signal;

/** What of a `ReadEnv` is another where pages are streamed, and which pages are. */
interface Streamed extends Pick<ReadEnv, 'files' | 'codecs'> {
  readonly limits: StreamLimits;
}

export interface OpenedParquet {
  readonly description: FileDescription;
  readonly dataset: Dataset;
  readonly env: ReadEnv;
  /** The same bytes to be unpacked while they are read, in small pieces. */
  readonly streamed: Streamed;
  readonly reads: { offset: number; length: number }[];
}

function sourceOf(bytes: Uint8Array, name: string, reads: OpenedParquet['reads']): ByteSource {
  return {
    name,
    sizeBytes: bytes.length,
    modifiedMs: 0,
    read: async (offset, length, _signal, into) => {
      if (offset < 0 || length < 0 || offset + length > bytes.length) throw new Error(`read of ${length} at ${offset}`);
      reads.push({ offset, length });
      if (into === undefined) return bytes.slice(offset, offset + length);
      into.set(bytes.subarray(offset, offset + length));
      return into.subarray(0, length);
    },
    verifyUnchanged: async () => undefined,
    close: async () => undefined,
  };
}

/** mulberry32. */
function randomOf(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Pieces cut again at random, each overwritten as soon as it may be. */
async function* cutAgain(
  pieces: AsyncGenerator<Uint8Array, void, undefined>,
  random: () => number,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length;) {
      const longest = random() < 0.5 ? 9 : piece.length;
      const part = new Uint8Array(piece.subarray(at, at + 1 + Math.floor(random() * longest)));
      at += part.length;
      try {
        yield part;
      } finally {
        part.fill(0xee);
      }
    }
  }
}

function cuttingCodecs(seed: number): Codecs {
  const random = randomOf(seed);
  return {
    ...codecs,
    unpackPieces: (codec, open, sizeBytes) => {
      const pieces = codecs.unpackPieces(codec, open, sizeBytes);
      return pieces === null ? null : cutAgain(pieces, random);
    },
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
  const files = { open, stat: unused, list: unused, glob: unused };
  const env: ReadEnv = { files, codecs, loadParquetWasm };
  const unseen = { ...files, open: async () => sourceOf(bytes, 'rows.parquet', []) };
  const streamed = {
    files: unseen,
    codecs: cuttingCodecs(bytes.length),
    limits: { pageBytes: 0, pieceBytes: Math.max(7, Math.floor(bytes.length / 999)) },
  };
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
  return { description, dataset, env, streamed, reads };
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

async function readBy(
  opened: OpenedParquet,
  columns: readonly ColumnPath[],
  fragments: Fragment[],
  streamed?: Streamed,
): Promise<ReadRows> {
  const kernel = openKernel();
  const { dataset, env } = opened;
  const reader =
    streamed === undefined
      ? parquetReader.open(dataset, columns, kernel, env)
      : new ParquetFragmentReader(dataset, columns, kernel, { ...env, ...streamed }, streamed.limits);
  const out: ReadRows['columns'] = columns.map(() => []);
  const arrowBytes = columns.map(() => 0);
  const batches: number[] = [];
  const start = kernel.mark();
  try {
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
  } finally {
    await reader.close();
  }
  if (kernel.mark() !== start) throw new Error('kernel memory was kept');
  return { columns: out, batches, arrowBytes, kernelBytes: kernel.sizeBytes(), fragments };
}

async function outcomeOf(reading: Promise<ReadRows>): Promise<ReadRows | Error> {
  try {
    return await reading;
  } catch (error) {
    if (!isTrancheError(error)) throw error;
    return error;
  }
}

/** All rows of some columns, read by one worker: with whole pages, and the same again with pages that are unpacked while they are read. */
export async function readColumns(
  opened: OpenedParquet,
  columns: readonly ColumnPath[],
  given?: readonly Fragment[],
): Promise<ReadRows> {
  const fragments = [...(given ?? (await parquetReader.fragments(opened.dataset, 0, columns, opened.env, never)))];
  const whole = await outcomeOf(readBy(opened, columns, fragments));
  const streamed = await outcomeOf(readBy(opened, columns, fragments, opened.streamed));
  if (whole instanceof Error) {
    if (!(streamed instanceof Error)) throw new Error(`a streamed page was read, though: ${whole.message}`);
    throw whole;
  }
  if (streamed instanceof Error) throw new Error(`a streamed page was not read: ${streamed.message}`);
  columns.forEach((column, i) => {
    const row = firstDifference(whole.columns[i], streamed.columns[i] ?? []);
    if (row >= 0) throw new Error(`row ${row} of ${column.join('.')} is another in a streamed page`);
  });
  return whole;
}

/** Where two columns differ first, -1 if nowhere; far faster than a deep comparison. */
export function firstDifference(actual: readonly (string | null)[] = [], expected: readonly (string | null)[]): number {
  if (actual.length !== expected.length) return Math.min(actual.length, expected.length);
  return actual.findIndex((text, i) => text !== expected[i]);
}
