import type { KeptRowsWriter } from '../collect/keptRowsWriter.ts';
import type { ReadEnv } from '../datasets/formatReader.ts';
import { snapshotOf } from '../datasets/snapshot.ts';
import type { SampledLine } from '../model/block.ts';
import type { ChunkLimits } from '../model/limits.ts';
import type { NotPlanned, Plan, PlannedChunk } from '../model/plan.ts';
import { balanceLimits, cutMeasured, type MeasuredRows } from '../plan/balanceLimits.ts';
import { openChunkCutter, type CutChunk } from '../plan/cutChunks.ts';
import { collectHashes } from '../plan/repeatedHashes.ts';
import type { Hasher, TempSpace } from '../ports.ts';
import { greatestCost } from '../profile/cost.ts';
import { maxOutputTokens } from '../profile/maxOutputTokens.ts';
import { priceOf, type PriceList, type PriceOverrides } from '../profile/price.ts';
import { jobSetup } from './jobSetup.ts';
import { keepRows } from './keepRows.ts';
import { openLineSample, SCAN_SAMPLE } from './lineSample.ts';
import { jobFragments, type OpenedJob } from './openJob.ts';
import { planHash } from './planHash.ts';
import { scanBlocks } from './scanBlocks.ts';
import { sideBySide } from './sideBySide.ts';
import { loadFigureCounter, tokenFigures } from './tokenFigures.ts';
import { refuseRepeatedIds } from './refuseRepeatedIds.ts';
import type { WorkPool } from './workPool.ts';

/** What planning needs from outside. */
export interface PlanDeps {
  readonly env: ReadEnv;
  readonly pool: WorkPool;
  readonly temp: TempSpace;
  readonly newHasher: () => Hasher;
  readonly prices: { readonly list: PriceList; readonly overrides: PriceOverrides; readonly nowMs: number };
  /** Rows measured so far, up to some row of that fragment. */
  readonly onRows: (rows: number, fragment: number) => void;
}

/** How a plan is cut, and what is kept on the way. */
export interface PlanOptions {
  /**
   * Cut into about this many chunks of even bytes (more, smaller files finish sooner), never fewer than the job's limits make: the byte limit is lowered,
   * the others stay. The plan's `limits` are then those of the cut, so that what closed a chunk is true of them.
   */
  readonly balance: number | null;
  /** Gets every row's key and carried values with the chunk it falls into; not together with `balance`. */
  readonly kept: KeptRowsWriter | null;
}

/** Rows without a line that a plan lists by key; all are counted. */
const LISTED_ROWS = 100_000;

interface Measured extends Cut {
  readonly rows: number;
  readonly longestLine: number;
  readonly sampled: readonly SampledLine[];
  readonly notPlanned: readonly NotPlanned[];
  readonly notPlannedRows: number;
}

interface Cut {
  readonly limits: ChunkLimits;
  readonly chunks: readonly CutChunk[];
}

function balancedCut({ limits, inputsPerRequest }: OpenedJob, blocks: readonly MeasuredRows[], parts: number): Cut {
  const balanced = balanceLimits(limits, inputsPerRequest, blocks, parts);
  return { limits: balanced, chunks: cutMeasured(balanced, inputsPerRequest, blocks) };
}

async function measure(
  opened: OpenedJob,
  options: PlanOptions,
  deps: PlanDeps,
  signal: AbortSignal,
): Promise<Measured> {
  const setup = jobSetup(opened, 'measure', options.kept !== null);
  const fragments = await jobFragments(opened, options.kept !== null, deps.env, signal);
  const { limit } = opened.job.dataset;
  const hashes = collectHashes(deps.temp);
  const cutter = openChunkCutter(opened.limits, opened.inputsPerRequest);
  const measured: MeasuredRows[] = [];
  const sample = openLineSample<SampledLine>(SCAN_SAMPLE);
  const notPlanned: NotPlanned[] = [];
  let rows = 0;
  let longestLine = 0;
  let notPlannedRows = 0;
  for await (const { block, firstRow, fragment, release } of scanBlocks(deps.pool, setup, fragments, limit, signal)) {
    if (options.balance !== null) {
      measured.push({ lengths: block.lengths.slice(), tokens: block.tokens?.slice() ?? null });
    }
    await keepRows(options.kept, block, cutter.add(block.lengths, block.tokens));
    block.sampled.forEach(sample.add);
    notPlannedRows += block.skipped.length;
    for (const { row, key, reason, detail } of block.skipped.slice(0, LISTED_ROWS - notPlanned.length)) {
      notPlanned.push({ row: firstRow + row, key, reason, detail });
    }
    await hashes.add(block.idHashes);
    longestLine = block.lengths.reduce((most, length) => Math.max(most, length), longestLine);
    rows = firstRow + block.rows;
    deps.onRows(rows, fragment);
    release();
  }
  await refuseRepeatedIds(await hashes.repeated(), setup, fragments, limit, deps.pool, signal);
  const plain: Cut = { limits: opened.limits, chunks: cutter.end() };
  const cut = options.balance === null ? plain : balancedCut(opened, measured, options.balance);
  return { rows, longestLine, ...cut, sampled: sample.lines(), notPlanned, notPlannedRows };
}

/** Makes the exact cut of a job's dataset; reads every row once. Repeated or null keys, changed files and rows the job fails on are errors. */
export async function planJob(
  opened: OpenedJob,
  options: PlanOptions,
  deps: PlanDeps,
  signal: AbortSignal,
): Promise<Plan> {
  const { job, dataset } = opened;
  const counter = loadFigureCounter(opened);
  const [snapshot, measured] = await sideBySide(
    (either) => snapshotOf(dataset, opened.descriptions, deps.env, deps.newHasher, either),
    (either) => measure(opened, options, deps, either),
    signal,
  );
  const { chunks } = measured;
  const tokens = await tokenFigures(opened, chunks, measured.sampled, counter);
  const cost = greatestCost({
    endpoint: job.request.endpoint,
    model: job.request.model,
    body: job.request.body,
    requests: chunks.reduce((sum, chunk) => sum + chunk.requests, 0),
    inputTokens: tokens.sure,
    price: priceOf({ model: job.request.model, largestRequestTokens: measured.longestLine, ...deps.prices }),
    modelMaxOutputTokens: await maxOutputTokens(job.request.model),
  });
  const unlisted = measured.notPlannedRows - measured.notPlanned.length;
  return {
    planHash: planHash(opened, snapshot, deps.newHasher),
    dataset: dataset.uri,
    rows: measured.rows,
    limits: measured.limits,
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
