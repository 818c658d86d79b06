import { openKernel } from '../../kernel/kernel.ts';
import { throwIfAborted } from '../errors.ts';
import type { Column } from '../model/columnType.ts';
import type { ReadEnv } from './formatReader.ts';
import { formatReaders } from './formatReaders.ts';
import type { OpenedDataset } from './openDataset.ts';

/**
 * Looks for columns that files show only behind the beginning that was read of them (keys of JSON Lines), and adds those it finds. Each wish is a list of
 * names of which one is enough; reading ends once every wish is granted, else with the last file. Files that were read whole, and formats that name their
 * columns at once, are not read again.
 */
export async function withLaterKeys(
  opened: OpenedDataset,
  wishes: readonly (readonly string[])[],
  env: ReadEnv,
  signal: AbortSignal,
): Promise<OpenedDataset> {
  const { dataset, descriptions } = opened;
  const names = [...new Set(wishes.flat())];
  if (names.length === 0 || !descriptions.some(hasMore)) return opened;
  const found = new Set<string>();
  const isGranted = (): boolean => wishes.every((wish) => wish.some((name) => found.has(name)));
  const format = formatReaders[dataset.format];
  const paths = names.map((name) => [name]);
  const reader = format.open(dataset, paths, openKernel(), env);
  const search = async (file: number): Promise<void> => {
    for (const fragment of await format.fragments(dataset, file, paths, env, signal)) {
      for await (const { rows, columns } of reader.batches(fragment, signal)) {
        throwIfAborted(signal);
        for (const [index, { nulls }] of columns.entries()) if (nulls < rows) found.add(names[index] ?? '');
        if (isGranted()) return;
      }
    }
  };
  try {
    for (let file = 0; file < dataset.files.length && !isGranted(); file++)
      if (descriptions[file]?.moreColumns) await search(file);
  } finally {
    await reader.close();
  }
  return withColumns(
    opened,
    names.filter((name) => found.has(name)),
  );
}

const hasMore = ({ moreColumns }: OpenedDataset['descriptions'][number]): boolean => moreColumns === true;

function withColumns(opened: OpenedDataset, names: readonly string[]): OpenedDataset {
  const { dataset, descriptions } = opened;
  const added = names.map((name): Column => ({ name, type: { kind: 'json' }, nullable: true }));
  const isPartition = ({ name }: Column): boolean => dataset.partitionColumns.includes(name);
  const own = dataset.columns.filter((column) => !isPartition(column));
  return {
    ...opened,
    dataset: { ...dataset, columns: [...own, ...added, ...dataset.columns.filter(isPartition)] },
    descriptions: descriptions.map((one) => (hasMore(one) ? { ...one, columns: [...one.columns, ...added] } : one)),
  };
}
