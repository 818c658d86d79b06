import { planJob } from '../../core/pipeline/planJob.ts';
import { openJob } from '../../core/pipeline/openJob.ts';
import { loadJob } from '../../engine/loadJob.ts';
import { planDeps } from '../../engine/planDeps.ts';
import { priceListOf } from '../../engine/priceListOf.ts';
import { sweepLeftovers } from '../../platform/sweepLeftovers.ts';
import { openTempSpace } from '../../platform/tempSpace.ts';
import type { CommandContext } from '../commandContext.ts';
import { planJson } from '../print/planJson.ts';
import { planText } from '../print/planText.ts';
import { countText } from '../print/units.ts';

export interface PlanFlags {
  readonly balance: number | null;
  readonly json: boolean;
}

/** `tranche plan JOB`: the exact cut, nothing written or sent. */
export async function plan(jobFile: string, flags: PlanFlags, context: CommandContext): Promise<number> {
  const { engine, signal, output, progress } = context;
  const { job, source } = await loadJob(jobFile);
  const opened = await openJob(job, source, engine.env, signal);
  const temp = openTempSpace();
  try {
    const deps = planDeps(engine, job.provider, temp, (rows) =>
      progress.show([`Measuring ... ${countText(rows)} rows`]),
    );
    await sweepLeftovers(engine.stateFolder, Date.now());
    const cut = await planJob(opened, { balance: flags.balance, kept: null }, deps, signal);
    const made = { ...cut, warnings: [...cut.warnings, ...priceListOf(engine.config, job.provider).warnings] };
    progress.end();
    if (flags.json) await output.json(planJson(made));
    else await output.text(`${planText(made)}\n`);
    return 0;
  } finally {
    await temp.close();
  }
}
