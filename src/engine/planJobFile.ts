import type { Job } from '../core/model/job.ts';
import type { Plan } from '../core/model/plan.ts';
import { openJob } from '../core/pipeline/openJob.ts';
import { planJob } from '../core/pipeline/planJob.ts';
import { sweepLeftovers } from '../platform/sweepLeftovers.ts';
import { openTempSpace } from '../platform/tempSpace.ts';
import { loadJob } from './loadJob.ts';
import type { Engine } from './openEngine.ts';
import { planDeps } from './planDeps.ts';
import { planMark } from './planMark.ts';
import { priceListOf } from './priceListOf.ts';

export interface PlanFileOptions {
  readonly balance: number | null;
  readonly onRows: (rows: number) => void;
}

/** What a process may keep of a plan to come back to its chunks. */
export interface KnownPlan {
  readonly mark: string;
  /** Rows of the dataset up to the end of each of its fragments. */
  readonly fragmentEnds: readonly number[];
}

/** Keeps the row at which each fragment ends; fragments without rows are not told of. */
function openFragmentEnds(): { readonly ends: readonly number[]; readonly reach: (rows: number, of: number) => void } {
  const ends: number[] = [];
  return {
    ends,
    reach: (rows, fragment) => {
      while (ends.length < fragment) ends.push(ends.at(-1) ?? 0);
      ends[fragment] = rows;
    },
  };
}

/** Plans a job file: the exact cut, nothing kept or sent. */
export async function planJobFile(
  engine: Engine,
  jobFile: string,
  { balance, onRows }: PlanFileOptions,
  signal: AbortSignal,
): Promise<{ readonly job: Job; readonly plan: Plan; readonly known: KnownPlan }> {
  const { job, source } = await loadJob(jobFile);
  const opened = await openJob(job, source, engine.env, signal);
  const temp = openTempSpace();
  const { ends, reach } = openFragmentEnds();
  const onBlock = (rows: number, fragment: number): void => {
    reach(rows, fragment);
    onRows(rows);
  };
  try {
    await sweepLeftovers(engine.stateFolder, Date.now());
    const plan = await planJob(opened, { balance, kept: null }, planDeps(engine, job.provider, temp, onBlock), signal);
    const warnings = [...plan.warnings, ...priceListOf(engine.config, job.provider).warnings];
    const known = { mark: planMark(opened, engine.newHasher), fragmentEnds: ends };
    return { job, plan: { ...plan, warnings }, known };
  } finally {
    await temp.close();
  }
}
