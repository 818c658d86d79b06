import type { FileDescription } from '../model/fileDescription.ts';
import type { Dataset } from '../model/dataset.ts';
import { encodingOf } from '../profile/tokens.ts';
import type { OpenedJob } from './openJob.ts';
import { requestTexts } from './requestTexts.ts';
import type { ScanSetup, TokenSetup } from './scanSetup.ts';

/** Lines from which tokens are estimated: their 95 % interval is within 2 % of the total on posts. */
const SAMPLED_LINES = 500;
/** A guess at a row of text on disk, only to size the sample. */
const ROW_BYTES = { csv: 250, jsonl: 350, parquet: 100, arrow: 300 } as const;

/** Rows of a dataset as far as metadata tells, else a guess by its size. */
function likelyRows(dataset: Dataset, descriptions: readonly FileDescription[]): number {
  let rows = 0;
  dataset.files.forEach((file, index) => {
    const packed = file.compression === 'none' ? 1 : 4;
    rows += descriptions[index]?.rows ?? Math.ceil((file.sizeBytes * packed) / ROW_BYTES[dataset.format]);
  });
  return rows;
}

function tokenSetup(opened: OpenedJob, seed: number): TokenSetup {
  const { job, template, dataset } = opened;
  const rows = Math.min(likelyRows(dataset, opened.descriptions), job.dataset.limit ?? Infinity);
  return {
    texts: requestTexts(job.request, dataset.columns, template.columns),
    encoding: encodingOf(job.request.model),
    count: job.limits.maxTokens === null ? 'sample' : 'all',
    share: Math.min(1, SAMPLED_LINES / Math.max(1, rows)),
    seed,
    maxLineTokens: job.limits.maxTokens,
    cutTo: opened.cutTo,
  };
}

/** What workers are told to scan a job. */
export function jobSetup(opened: OpenedJob, mode: ScanSetup['mode'], keep: boolean): ScanSetup {
  return {
    dataset: opened.dataset,
    template: opened.template,
    key: opened.key,
    carried: opened.carried,
    mode,
    keep,
    wantedHashes: [],
    maxLineBytes: opened.limits.maxBytes,
    onNull: opened.job.request.onNull,
    oversized: opened.job.limits.oversized,
    tokens: tokenSetup(opened, sampleSeed(opened.dataset)),
  };
}

/** 32 bits of the dataset's files' names and sizes: the same on any machine, known before anything is read. */
function sampleSeed(dataset: Dataset): number {
  let seed = 0x811c9dc5;
  for (const { name, sizeBytes } of dataset.files) {
    for (const char of `${name}\n${sizeBytes}\n`) seed = Math.imul(seed ^ (char.codePointAt(0) ?? 0), 0x01000193);
  }
  return seed >>> 0;
}
