import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'vitest';
import { arrowReader } from '../../../../../src/core/datasets/arrow/arrowReader.ts';
import type { ReadEnv } from '../../../../../src/core/datasets/formatReader.ts';
import { isTrancheError } from '../../../../../src/core/errors.ts';
import type { ColumnPath } from '../../../../../src/core/model/columnType.ts';
import type { Dataset, DatasetFile } from '../../../../../src/core/model/dataset.ts';
import { openKernel, type Kernel } from '../../../../../src/kernel/kernel.ts';
import type { TextColumn } from '../../../../../src/kernel/textColumn.ts';
import { openCodecs } from '../../../../../src/platform/codecs.ts';
import { localFiles } from '../../../../../src/platform/localFiles.ts';
import { python } from '../../../../support/python.ts';
import { readText } from '../../../../support/textColumns.ts';

const signal = new AbortController().signal;

/** What reading some columns gave: their texts, the rows of each batch, the Arrow bytes of each column. */
interface ReadArrow {
  readonly texts: (string | null)[][];
  readonly batchRows: number[];
  readonly arrow: number[];
}

/** A folder of Arrow files, and ways to read them. */
export interface ArrowFolder {
  readonly folder: string;
  readonly env: ReadEnv;
  readonly fileAt: (name: string) => Promise<DatasetFile>;
  readonly open: (name: string, partition?: Record<string, string | null>) => Promise<Dataset>;
  readonly readAll: (dataset: Dataset, columns: readonly ColumnPath[], kernel?: Kernel) => Promise<ReadArrow>;
  /** Runs a Python script, the folder its argument. */
  readonly make: (script: string) => Promise<string>;
  readonly close: () => Promise<void>;
}

/** Texts of a column, each null row of which is empty. */
function textsOf(kernel: Kernel, column: TextColumn, rows: number): (string | null)[] {
  const ends = kernel.ints(column.offsets, rows + 1);
  const texts = readText(kernel, column, rows);
  expect(texts.every((text, row) => text !== null || ends[row] === ends[row + 1])).toBe(true);
  expect(texts.filter((text) => text === null).length).toBe(column.nulls);
  return texts;
}

/** Opens an empty folder. */
export async function openArrowFolder(): Promise<ArrowFolder> {
  const folder = await mkdtemp(path.join(tmpdir(), 'tranche-arrow-'));
  const env: ReadEnv = { files: localFiles(), codecs: await openCodecs() };
  const fileAt = async (name: string): Promise<DatasetFile> => {
    const uri = path.join(folder, name);
    const { size, mtimeMs } = await stat(uri);
    return { name, uri, sizeBytes: size, modifiedMs: mtimeMs, compression: 'none', partition: {} };
  };

  const open = async (name: string, partition: Record<string, string | null> = {}): Promise<Dataset> => {
    const file = { ...(await fileAt(name)), partition };
    const source = await env.files.open(file.uri, signal);
    try {
      const { columns } = await arrowReader.describe(source, file, env, signal);
      return { uri: file.uri, format: 'arrow', files: [file], columns, partitionColumns: Object.keys(partition) };
    } finally {
      await source.close();
    }
  };

  const readAll = async (
    dataset: Dataset,
    columns: readonly ColumnPath[],
    kernel = openKernel(),
  ): Promise<ReadArrow> => {
    const reader = arrowReader.open(dataset, columns, kernel, env);
    const start = kernel.mark();
    const texts = columns.map((): (string | null)[] => []);
    const batchRows: number[] = [];
    const arrow = columns.map(() => 0);
    try {
      for (const fragment of await arrowReader.fragments(dataset, 0, columns, env, signal)) {
        let rows = 0;
        for await (const batch of reader.batches(fragment, signal)) {
          batch.columns.forEach((column, index) => texts[index]?.push(...textsOf(kernel, column, batch.rows)));
          batch.arrowBytes.forEach((bytes, index) => (arrow[index] = (arrow[index] ?? 0) + bytes));
          batchRows.push(batch.rows);
          rows += batch.rows;
        }
        if (fragment.rows !== null) expect(rows).toBe(fragment.rows);
      }
      expect(kernel.mark()).toBe(start);
      return { texts, batchRows, arrow };
    } finally {
      await reader.close();
    }
  };
  return {
    folder,
    env,
    fileAt,
    open,
    readAll,
    make: (script) => python(script, [folder]),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

/** The sentence of a refusal, null where the work was done. */
export async function sentenceOf(work: Promise<unknown>): Promise<string | null> {
  try {
    await work;
    return null;
  } catch (error) {
    if (!isTrancheError(error, 'badData', 'notSupported')) throw error;
    return error.message;
  }
}
