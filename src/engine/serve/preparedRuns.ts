import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { refuseOccupied } from '../../core/collect/writeResults.ts';
import { isTrancheError, TrancheError } from '../../core/errors.ts';
import { openResultFolder } from '../../platform/resultFiles.ts';
import { providerNamed } from '../../platform/machineConfig.ts';
import type { EngineRequests, PreparedRun } from '../../protocol/engineProtocol.ts';
import { loadJob } from '../loadJob.ts';
import type { Engine } from '../openEngine.ts';
import { priceListOf } from '../priceListOf.ts';
import { beginRun, planRun, type PlannedRun } from '../runs/beginRun.ts';
import type { HeldRun } from '../runs/driveHere.ts';
import { runProvider } from '../runs/openService.ts';
import { checkPlannedCost } from '../runs/spendingCap.ts';
import { unfinishedRun } from '../runs/storedRuns.ts';
import { usdText } from '../../protocol/numberTexts.ts';
import type { Configured } from './configured.ts';
import { providerChoice } from './providerChoices.ts';

/** Plans that are ready to become runs; what they keep on disk is removed with them. */
export interface PreparedRuns {
  readonly prepare: (
    params: EngineRequests['run/prepare']['params'],
    onRows: (rows: number) => void,
    signal: AbortSignal,
  ) => Promise<PreparedRun>;
  /** Makes the run, or names the unfinished one to go on with. */
  readonly begin: (
    params: EngineRequests['run/begin']['params'],
    signal: AbortSignal,
  ) => Promise<{ readonly begun: HeldRun; readonly engine: Engine } | { readonly unfinishedRunId: string }>;
  readonly discard: (preparedId: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

interface Prepared {
  readonly jobPath: string;
  readonly planned: PlannedRun;
  /** What a person is shown and says yes to. */
  readonly greatestUsd: number | null;
}

async function isOccupied({ job, runId }: PlannedRun, signal: AbortSignal): Promise<boolean> {
  try {
    await refuseOccupied({ folder: openResultFolder(job.results.uri, runId), runId, replace: false }, signal);
    return false;
  } catch (error) {
    if (isTrancheError(error, 'exists')) return true;
    throw error;
  }
}

function checkShown(planned: PlannedRun, shownPlanHash: string | null): void {
  if (shownPlanHash === null || shownPlanHash === planned.plan.planHash) return;
  throw new TrancheError(
    'stale',
    `The data or the job ${planned.job.name} changed since the plan was shown; look at the new plan, then run it.`,
  );
}

async function preparedRun(
  preparedId: string,
  { planned, greatestUsd }: Prepared,
  engine: Engine,
  configured: Configured,
  signal: AbortSignal,
): Promise<PreparedRun> {
  const { plan, job, provider } = planned;
  const place = runProvider(provider, engine.environment);
  const unfinished = await unfinishedRun(engine.stateFolder, plan.planHash, place);
  return {
    preparedId,
    planHash: plan.planHash,
    provider: providerChoice(provider, engine, configured),
    rows: plan.rows,
    notPlannedRows: plan.notPlannedRows,
    chunks: plan.chunks.length,
    greatestCostUsd: greatestUsd,
    maxUsd: checkPlannedCost(engine, planned).maxUsd,
    resultsUri: job.results.uri,
    resultsExist: await isOccupied(planned, signal),
    unfinishedRunId: unfinished?.created.runId ?? null,
    warnings: [...plan.warnings, ...plan.cost.warnings, ...priceListOf(engine.config, provider.name).warnings],
  };
}

function checkAccepted({ greatestUsd }: Prepared, acceptedCostUsd: number | 'unknown'): void {
  if (acceptedCostUsd === (greatestUsd ?? 'unknown')) return;
  const most = greatestUsd === null ? 'an amount that no price list tells' : usdText(greatestUsd);
  throw new TrancheError('budget', `This run may cost ${most}, which is not what was accepted; look at it again.`);
}

/** Settings may have changed since it was prepared: its place must be the same, its key there, and its cost within the caps of now. */
function checkStill(engine: Engine, planned: PlannedRun): void {
  const provider = providerNamed(engine.config, planned.provider.name);
  if (provider.baseUrl !== planned.provider.baseUrl) {
    throw new TrancheError('stale', `The address of ${provider.name} was changed meanwhile; prepare the run again.`);
  }
  engine.apiKey(provider);
  checkPlannedCost(engine, planned);
}

/** Prepared plans of this process. */
export function openPreparedRuns(configured: Configured): PreparedRuns {
  const prepared = new Map<string, Prepared>();
  const discard = async (preparedId: string): Promise<void> => {
    const found = prepared.get(preparedId);
    prepared.delete(preparedId);
    await found?.planned.discard();
  };
  const discardOf = async (jobPath: string): Promise<void> => {
    for (const [id, one] of [...prepared]) if (one.jobPath === jobPath) await discard(id);
  };
  return {
    discard,
    close: async () => {
      for (const id of [...prepared.keys()]) await discard(id);
    },
    prepare: async (params, onRows, signal) => {
      const engine = await configured.engine();
      const jobPath = path.resolve(params.jobPath);
      await discardOf(jobPath);
      const loaded = await loadJob(jobPath);
      const provider = providerNamed(engine.config, params.provider);
      engine.apiKey(provider); // refused before the data are read
      const planned = await planRun(engine, loaded, provider, onRows, signal);
      try {
        checkShown(planned, params.shownPlanHash);
        const { greatestUsd } = checkPlannedCost(engine, planned);
        const one = { jobPath, planned, greatestUsd };
        const id = randomUUID();
        const result = await preparedRun(id, one, engine, configured, signal);
        await discardOf(jobPath);
        prepared.set(id, one);
        return result;
      } catch (error) {
        await planned.discard();
        throw error;
      }
    },
    begin: async ({ preparedId, acceptedCostUsd, replaceResults, another }, signal) => {
      const one = prepared.get(preparedId);
      if (one === undefined) {
        throw new TrancheError('stale', 'This run is not prepared any more; prepare it again.');
      }
      checkAccepted(one, acceptedCostUsd);
      prepared.delete(preparedId); // nobody else begins it or takes its keys away
      try {
        const engine = await configured.engine();
        checkStill(engine, one.planned);
        const begun = await beginRun(engine, one.planned, { replace: replaceResults, another }, signal);
        if (!('unfinished' in begun)) return { begun, engine };
        await one.planned.discard();
        return { unfinishedRunId: begun.unfinished.created.runId };
      } catch (error) {
        prepared.set(preparedId, one);
        throw error;
      }
    },
  };
}
