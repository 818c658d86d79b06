import type { ReadEnv } from '../datasets/formatReader.ts';
import { snapshotOf } from '../datasets/snapshot.ts';
import type { SampledLine } from '../model/block.ts';
import { exactly, type Figure } from '../model/figure.ts';
import type { NotPlanned, Plan, PlannedChunk } from '../model/plan.ts';
import { balanceLimits } from '../plan/balanceLimits.ts';
import { openChunkCutter, type CutChunk } from '../plan/cutChunks.ts';
import { collectHashes } from '../plan/repeatedHashes.ts';
import type { Hasher, TempSpace } from '../ports.ts';
import { greatestCost } from '../profile/cost.ts';
import { maxOutputTokens } from '../profile/maxOutputTokens.ts';
import { priceOf, type PriceList, type PriceOverrides } from '../profile/price.ts';
import { encodingOf, openTokenCounter } from '../profile/tokens.ts';
import { jobSetup, sampleSeed } from './jobSetup.ts';
import { jobFragments, type OpenedJob } from './openJob.ts';
import { planHash } from './planHash.ts';
import type { RequestTexts } from './requestTexts.ts';
import { scanBlocks } from './scanBlocks.ts';
import { estimateTokens } from './tokenEstimate.ts';
import { fixedTokens } from './tokenMeter.ts';
import { refuseRepeatedIds } from './uniqueIds.ts';
import type { WorkPool } from './workPool.ts';

/** What planning needs from outside. */
export interface PlanDeps {
  readonly env: ReadEnv;
  readonly pool: WorkPool;
  readonly temp: TempSpace;
  readonly newHasher: () => Hasher;
  readonly prices: { readonly list: PriceList; readonly overrides: PriceOverrides; readonly nowMs: number };
  readonly onRows: (rows: number) => void;
}

export interface PlanOptions {
  /** Cut into at least this many chunks of about even size: more, smaller files finish sooner. */
  readonly balance: number | null;
}

/** Rows without a line that a plan lists by key; all are counted. */
export const LISTED_ROWS = 100_000;

interface Measured {
  readonly rows: number;
  readonly lengths: readonly Uint32Array[];
  readonly tokens: readonly (Uint32Array | null)[];
  readonly sampled: readonly SampledLine[];
  readonly notPlanned: readonly NotPlanned[];
  readonly notPlannedRows: number;
}

async function measure(opened: OpenedJob, deps: PlanDeps, signal: AbortSignal): Promise<Measured> {
  const setup = jobSetup(opened, 'measure', sampleSeed(opened.dataset));
  const fragments = await jobFragments(opened, 'measure', deps.env, signal);
  const { limit } = opened.job.dataset;
  const hashes = collectHashes(deps.temp);
  const lengths: Uint32Array[] = [];
  const tokens: (Uint32Array | null)[] = [];
  const sampled: SampledLine[] = [];
  const notPlanned: NotPlanned[] = [];
  let rows = 0;
  let notPlannedRows = 0;
  for await (const { block, firstRow, release } of scanBlocks(deps.pool, setup, fragments, limit, signal)) {
    lengths.push(block.lengths);
    tokens.push(block.tokens);
    sampled.push(...block.sampled);
    notPlannedRows += block.skipped.length;
    for (const { row, key, reason, detail } of block.skipped.slice(0, LISTED_ROWS - notPlanned.length)) {
      notPlanned.push({ row: firstRow + row, key, reason, detail });
    }
    await hashes.add(block.idHashes);
    rows = firstRow + block.rows;
    deps.onRows(rows);
    release();
  }
  await refuseRepeatedIds(await hashes.repeated(), setup, fragments, limit, deps.pool, signal);
  return { rows, lengths, tokens, sampled, notPlanned, notPlannedRows };
}

function cut(opened: OpenedJob, measured: Measured, balance: number | null): CutChunk[] {
  const inputs = opened.inputsPerRequest;
  const limits = balance === null ? opened.limits : balanceLimits(opened.limits, inputs, measured.lengths, balance);
  const cutter = openChunkCutter(limits, inputs);
  measured.lengths.forEach((lengths, index) => cutter.add(lengths, measured.tokens[index] ?? null));
  return cutter.end();
}

interface TokenFigures {
  readonly all: Figure;
  readonly of: (chunk: CutChunk) => Figure;
}

/** Tokens of lines that were cut: counted, or estimated from the sample. */
export async function tokenFigures(
  opened: OpenedJob,
  texts: RequestTexts,
  chunks: readonly CutChunk[],
  sampled: readonly SampledLine[],
): Promise<TokenFigures> {
  const total = (pick: (chunk: CutChunk) => number): number => chunks.reduce((sum, chunk) => sum + pick(chunk), 0);
  const encoding = encodingOf(opened.job.request.model);
  if (opened.limits.maxTokens !== null && encoding !== null) {
    return { all: exactly(total((chunk) => chunk.tokens)), of: (chunk) => exactly(chunk.tokens) };
  }
  const counter = await openTokenCounter(encoding);
  const requests = total((chunk) => chunk.requests);
  const estimate = estimateTokens(sampled, fixedTokens(texts, counter), requests, counter);
  return {
    all: estimate.of(
      total((chunk) => chunk.bytes),
      requests,
    ),
    of: (chunk) => estimate.of(chunk.bytes, chunk.requests),
  };
}

/** Makes the exact cut of a job's dataset; reads every row once. Repeated or null keys, changed files and rows the job fails on are errors. */
export async function planJob(
  opened: OpenedJob,
  options: PlanOptions,
  deps: PlanDeps,
  signal: AbortSignal,
): Promise<Plan> {
  const { job, dataset } = opened;
  const snapshotting = snapshotOf(dataset, opened.descriptions, deps.env, deps.newHasher, signal);
  const [snapshot, measured] = await Promise.all([snapshotting, measure(opened, deps, signal)]);
  const chunks = cut(opened, measured, options.balance);
  const { texts } = jobSetup(opened, 'measure', 0).tokens ?? { texts: { fixed: [], filled: [], framingTokens: 0 } };
  const tokens = await tokenFigures(opened, texts, chunks, measured.sampled);
  const cost = greatestCost({
    endpoint: job.request.endpoint,
    model: job.request.model,
    body: job.request.body,
    requests: chunks.reduce((sum, chunk) => sum + chunk.requests, 0),
    inputTokens: tokens.all,
    price: priceOf({ model: job.request.model, largestRequestTokens: null, ...deps.prices }),
    modelMaxOutputTokens: await maxOutputTokens(job.request.model),
  });
  const unlisted = measured.notPlannedRows - measured.notPlanned.length;
  return {
    planHash: planHash(opened, snapshot, deps.newHasher),
    dataset: dataset.uri,
    rows: measured.rows,
    limits: opened.limits,
    chunks: chunks.map((chunk): PlannedChunk => ({ ...chunk, rows: chunk.requests, tokens: tokens.of(chunk) })),
    notPlanned: measured.notPlanned,
    notPlannedRows: measured.notPlannedRows,
    tokens: tokens.all,
    cost,
    warnings: [
      ...opened.notices,
      ...(unlisted > 0 ? [`${unlisted} more rows without a line are counted but not listed.`] : []),
      ...(measured.rows === 0 ? [`${dataset.uri} has no rows.`] : []),
    ],
  };
}
