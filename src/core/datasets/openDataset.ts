import { TrancheError, throwIfAborted } from '../errors.ts';
import type { Column } from '../model/columnType.ts';
import type { Dataset, DatasetFile, DatasetFormat } from '../model/dataset.ts';
import { datasetFiles } from './datasetFiles.ts';
import { decideFormats } from './decideFormat.ts';
import type { ReadEnv } from './formatReader.ts';
import type { FileDescription } from '../model/fileDescription.ts';
import { formatReaders } from './formatReaders.ts';
import { hivePartition } from './hivePartition.ts';
import { mapLimited } from './mapLimited.ts';
import { mergeColumns } from './mergeColumns.ts';
import { openFile } from './openFile.ts';

/** A dataset and what its files said of themselves. */
export interface OpenedDataset {
  readonly dataset: Dataset;
  /** One for each of `dataset.files`. */
  readonly descriptions: readonly FileDescription[];
  /** Sentences for people about what was decided for them. */
  readonly notices: readonly string[];
}

/** Files described at a time: enough to hide a disk's latency, few enough to hold in memory. */
const AT_ONCE = 8;

/**
 * Finds, describes and merges the files behind a URI (a file, a folder or a glob). The format is the one asked for, else what content says, then the
 * endings. Errors are one sentence naming the file, the folder, or two files that do not fit together.
 */
export async function openDataset(
  uri: string,
  options: { readonly format: DatasetFormat | null },
  env: ReadEnv,
  signal: AbortSignal,
): Promise<OpenedDataset> {
  const found = await datasetFiles(uri, env.files, signal);
  const decided = await decideFormats(found, options.format, env, signal);
  const { format } = decided;
  const files = decided.files.map(({ file, compression }): DatasetFile => {
    return { ...file, compression, partition: found.many ? hivePartition(file.name) : {} };
  });
  const partitionColumns = partitionColumnsOf(files);
  const descriptions = await mapLimited(files, AT_ONCE, (file) => describe(format, file, env, signal));
  const { columns, notices } = columnsOf(files, descriptions, partitionColumns);
  const dialect = dialectOf(files, descriptions);
  const dataset: Dataset = { uri, format, files, columns, partitionColumns, ...(dialect ? { csv: dialect } : {}) };
  return { dataset, descriptions, notices: [...decided.notices, ...notices, ...noticesOf(files, descriptions)] };
}

async function describe(
  format: DatasetFormat,
  file: DatasetFile,
  env: ReadEnv,
  signal: AbortSignal,
): Promise<FileDescription> {
  throwIfAborted(signal);
  const source = await openFile(env.files, file, signal);
  try {
    return await formatReaders[format].describe(source, file, env, signal);
  } finally {
    await source.close();
  }
}

function partitionColumnsOf(files: readonly DatasetFile[]): string[] {
  const [first, ...others] = files;
  const keys = Object.keys(first?.partition ?? {});
  const stray = others.find((file) => Object.keys(file.partition).join('/') !== keys.join('/'));
  if (first === undefined || stray === undefined) return keys;
  throw new TrancheError(
    'badData',
    `${first.name} and ${stray.name} lie in different kinds of partition folders (key=value); name one kind by a glob.`,
  );
}

function columnsOf(
  files: readonly DatasetFile[],
  descriptions: readonly FileDescription[],
  partitionColumns: readonly string[],
): { columns: Column[]; notices: string[] } {
  const described = descriptions.map(({ columns }, index) => ({ name: files[index]?.name ?? '', columns }));
  const hidden = partitionColumns.filter((name) =>
    described.some(({ columns }) => columns.some((c) => c.name === name)),
  );
  const own = described.map(({ name, columns }) => {
    return { name, columns: columns.filter((column) => !partitionColumns.includes(column.name)) };
  });
  const nullable = (name: string) => files.some((file) => file.partition[name] === null);
  const partitions = partitionColumns.map((name): Column => ({
    name,
    type: { kind: 'utf8' },
    nullable: nullable(name),
  }));
  return {
    columns: [...mergeColumns(own), ...partitions],
    notices: hidden.map(
      (name) => `Column "${name}" is in the files and in their folders' names; the folders' values are used.`,
    ),
  };
}

/** What files say of themselves, each sentence once. */
function noticesOf(files: readonly DatasetFile[], descriptions: readonly FileDescription[]): string[] {
  const by = new Map<string, string[]>();
  for (const [index, { notices = [] }] of descriptions.entries()) {
    for (const notice of notices) by.set(notice, [...(by.get(notice) ?? []), files[index]?.name ?? '']);
  }
  return [...by].map(([notice, [first = '', ...others]]) => {
    return `${first}${others.length > 0 ? ` (and ${others.length} more)` : ''}: ${notice}`;
  });
}

function dialectOf(files: readonly DatasetFile[], descriptions: readonly FileDescription[]): Dataset['csv'] {
  const first = descriptions.findIndex(({ csv }) => csv !== undefined);
  const dialect = descriptions[first]?.csv;
  if (dialect === undefined) return undefined;
  const other = descriptions.findIndex(({ csv }) => csv !== undefined && csv.delimiter !== dialect.delimiter);
  if (other < 0) return dialect;
  const shown = (index: number) => `${files[index]?.name} (${JSON.stringify(descriptions[index]?.csv?.delimiter)})`;
  throw new TrancheError(
    'badData',
    `${shown(first)} and ${shown(other)} are separated by different characters; read them as two datasets.`,
  );
}
