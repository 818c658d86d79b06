import type { Job } from '../core/model/job.ts';
import type { Plan } from '../core/model/plan.ts';
import { openJob } from '../core/pipeline/openJob.ts';
import { planJob } from '../core/pipeline/planJob.ts';
import { sweepLeftovers } from '../platform/sweepLeftovers.ts';
import { openTempSpace } from '../platform/tempSpace.ts';
import { loadJob } from './loadJob.ts';
import type { Engine } from './openEngine.ts';
import { planDeps } from './planDeps.ts';
import { priceListOf } from './priceListOf.ts';

export interface PlanFileOptions {
  readonly balance: number | null;
  readonly onRows: (rows: number) => void;
}

/** Plans a job file: the exact cut, nothing kept or sent. */
export async function planJobFile(
  engine: Engine,
  jobFile: string,
  { balance, onRows }: PlanFileOptions,
  signal: AbortSignal,
): Promise<{ readonly job: Job; readonly plan: Plan }> {
  const { job, source } = await loadJob(jobFile);
  const opened = await openJob(job, source, engine.env, signal);
  const temp = openTempSpace();
  try {
    await sweepLeftovers(engine.stateFolder, Date.now());
    const plan = await planJob(opened, { balance, kept: null }, planDeps(engine, job.provider, temp, onRows), signal);
    const warnings = [...plan.warnings, ...priceListOf(engine.config, job.provider).warnings];
    return { job, plan: { ...plan, warnings } };
  } finally {
    await temp.close();
  }
}
