import { TrancheError } from '../../errors.ts';
import type { ColumnPath } from '../../model/columnType.ts';
import type { Dataset, Fragment } from '../../model/dataset.ts';
import type { ByteSource } from '../../ports.ts';
import type { ReadEnv } from '../formatReader.ts';
import { openFile } from '../openFile.ts';
import { badArrow, blockMessage, openContainer } from './arrowContainer.ts';
import { batchParts, packedBytes } from './batchParts.ts';
import { wantedColumn, wantedPart } from './wantedColumn.ts';

/** A fragment is full once it holds so much of what will be read. */
const FULL_BYTES = 8 << 20;
const FULL_ROWS = 1 << 18;

/** One fragment for each run of record batches of about 8 MB of the wanted columns (a file), or one for all (a stream). */
export async function fragmentsOfArrow(
  dataset: Dataset,
  file: number,
  columns: readonly ColumnPath[],
  env: ReadEnv,
  signal: AbortSignal,
): Promise<Fragment[]> {
  const opened = fileOf(dataset, file);
  const source = await openFile(env.files, opened, signal);
  try {
    return await cut(source, file, columns, signal);
  } catch (error) {
    throw badArrow(opened.name, error);
  } finally {
    await source.close();
  }
}

/** The dataset's n-th file. */
export function fileOf(dataset: Dataset, file: number): Dataset['files'][number] {
  const found = dataset.files[file];
  if (found === undefined) throw new TrancheError('internal', `${dataset.uri} has no file ${file}.`);
  return found;
}

async function cut(
  source: ByteSource,
  file: number,
  columns: readonly ColumnPath[],
  signal: AbortSignal,
): Promise<Fragment[]> {
  const container = await openContainer(source, signal);
  if (container.kind === 'stream') return [{ file, rows: null, part: { kind: 'recordBatches', from: 0, to: null } }];
  const wanted = columns.flatMap((path) => wantedColumn(container.fields, path) ?? []);
  const fragments: Fragment[] = [];
  let [from, rows, bytes] = [0, 0, 0];
  for (const [index, block] of container.batches.entries()) {
    const { message } = await blockMessage(source, block, signal);
    if (message.kind !== 'batch') throw new Error('its footer is broken');
    const parts = batchParts(container.fields, message.batch);
    rows += message.batch.rows;
    bytes += wanted.reduce((sum, column) => sum + packedBytes(wantedPart(parts, column).part), 0);
    const isLast = index === container.batches.length - 1;
    if (!isLast && bytes < FULL_BYTES && rows < FULL_ROWS) continue;
    fragments.push({ file, rows, part: { kind: 'recordBatches', from, to: index + 1 } });
    [from, rows, bytes] = [index + 1, 0, 0];
  }
  return fragments;
}
