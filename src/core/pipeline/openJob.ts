import type { ReadEnv } from '../datasets/formatReader.ts';
import type { FileDescription } from '../model/fileDescription.ts';
import { formatReaders } from '../datasets/formatReaders.ts';
import { openDataset } from '../datasets/openDataset.ts';
import { withLaterKeys } from '../datasets/withLaterKeys.ts';
import { throwIfAborted } from '../errors.ts';
import type { JobSource } from '../job/jobSource.ts';
import type { Column, ColumnPath } from '../model/columnType.ts';
import type { Dataset, Fragment } from '../model/dataset.ts';
import type { Job } from '../model/job.ts';
import { MAX_EMBEDDING_INPUTS, type ChunkLimits } from '../model/limits.ts';
import { columnReference } from '../render/placeholders.ts';
import { makeTemplate, type LineTemplate } from '../render/template.ts';
import { checkTemplate, columnOfSetting } from './checkTemplate.ts';
import { scanColumns } from './scanColumns.ts';
import { jobReferences, unknownNames } from './unknownNames.ts';

/** A job over its opened dataset: everything a plan needs but the rows. */
export interface OpenedJob {
  readonly job: Job;
  readonly dataset: Dataset;
  readonly descriptions: readonly FileDescription[];
  readonly notices: readonly string[];
  readonly template: LineTemplate;
  /** Per template column: tokens its text is cut to, or null. */
  readonly cutTo: readonly (number | null)[];
  readonly key: readonly ColumnPath[];
  readonly carried: readonly ColumnPath[];
  readonly keyColumns: readonly Column[];
  readonly carriedColumns: readonly Column[];
  readonly limits: ChunkLimits;
  readonly inputsPerRequest: number;
}

/** The column at a path, named by the whole path. */
export function columnAt(columns: readonly Column[], path: ColumnPath): Column {
  const [first, ...rest] = path;
  const column = columns.find(({ name }) => name === first);
  if (!column) return { name: path.join('.'), type: { kind: 'json' }, nullable: true };
  if (rest.length === 0) return { ...column, name: path.join('.') };
  const inner = column.type.kind === 'struct' ? column.type.fields : [];
  return { ...columnAt(inner, rest), name: path.join('.'), nullable: true };
}

function limitsOf(job: Job): ChunkLimits {
  return {
    maxBytes: job.limits.maxBytes,
    maxRequests: job.limits.maxRequests,
    maxInputs: job.request.endpoint === '/v1/embeddings' ? MAX_EMBEDDING_INPUTS : null,
    maxTokens: job.limits.maxTokens,
  };
}

/** Per template column the tokens its text is cut to, or null. */
function cutsOf(job: Job, template: LineTemplate, columns: readonly Column[], source: JobSource): (number | null)[] {
  const cuts = template.columns.map((): number | null => null);
  for (const [name, { tokens }] of Object.entries(job.limits.truncate)) {
    const at = ['limits', 'truncate', name];
    const path = columnOfSetting(columnReference(name), at, columns, source);
    const index = template.columns.findIndex((column) => JSON.stringify(column) === JSON.stringify(path));
    if (index < 0)
      throw source.error(at, `limits.truncate cuts ${JSON.stringify(name)}, which the request does not use.`);
    cuts[index] = tokens;
  }
  return cuts;
}

/** Opens a job's dataset and fits the job to its columns. Reads metadata (of text files a first block) only, unless the job names a key of JSON Lines that comes later. */
export async function openJob(job: Job, source: JobSource, env: ReadEnv, signal: AbortSignal): Promise<OpenedJob> {
  const { uri, format } = job.dataset;
  const first = await openDataset(uri, { format }, env, signal);
  const wishes = unknownNames(jobReferences(job), first.dataset.columns);
  const { dataset, descriptions, notices } = await withLaterKeys(first, wishes, env, signal);
  const { columns } = dataset;
  checkTemplate(job.request.body, columns, source);
  const template = makeTemplate(job.request, columns);
  const named = (names: readonly string[], ...at: [string, string]): ColumnPath[] =>
    names.map((name, index) => columnOfSetting({ name, quoted: false }, [...at, index], columns, source));
  const key = named(job.dataset.key, 'dataset', 'key');
  const carried = named(job.results.columns, 'results', 'columns');
  return {
    job,
    dataset,
    descriptions,
    notices,
    template,
    cutTo: cutsOf(job, template, columns, source),
    key,
    carried,
    keyColumns: key.map((path) => columnAt(columns, path)),
    carriedColumns: carried.map((path) => columnAt(columns, path)),
    limits: limitsOf(job),
    inputsPerRequest: template.inputsPerRequest ?? 1,
  };
}

/** All fragments of the job's dataset in order, split for what will be read. */
export async function jobFragments(
  opened: OpenedJob,
  keep: boolean,
  env: ReadEnv,
  signal: AbortSignal,
): Promise<Fragment[]> {
  const { key, template, carried } = opened;
  const { paths } = scanColumns({ key, template, carried, mode: 'measure', keep });
  const reader = formatReaders[opened.dataset.format];
  const fragments: Fragment[] = [];
  for (let file = 0; file < opened.dataset.files.length; file++) {
    throwIfAborted(signal);
    fragments.push(...(await reader.fragments(opened.dataset, file, paths, env, signal)));
  }
  return fragments;
}
