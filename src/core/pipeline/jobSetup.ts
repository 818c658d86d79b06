import { datasetSeed } from '../profile/sampleDesign.ts';
import { encodingOf } from '../profile/tokens.ts';
import { SCAN_SAMPLE } from './lineSample.ts';
import type { OpenedJob } from './openJob.ts';
import { requestTexts } from './requestTexts.ts';
import type { ScanSetup, TokenSetup } from './scanSetup.ts';

function tokenSetup(opened: OpenedJob): TokenSetup {
  const { job, template, dataset } = opened;
  return {
    texts: requestTexts(job.request, dataset.columns, template.columns),
    encoding: encodingOf(job.request.model),
    count: job.limits.maxTokens === null ? 'sample' : 'all',
    sample: SCAN_SAMPLE,
    sampleOf: 'scan',
    seed: datasetSeed(dataset.files),
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
    tokens: tokenSetup(opened),
  };
}
