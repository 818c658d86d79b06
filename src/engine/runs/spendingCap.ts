import { stat } from 'node:fs/promises';
import { TrancheError } from '../../core/errors.ts';
import type { RunDocument } from '../../core/pipeline/runDocument.ts';
import type { RunState } from '../../core/runs/runState.ts';
import { effectiveMaxUsd } from '../../platform/machineConfig.ts';
import { loadJob } from '../loadJob.ts';
import type { Engine } from '../openEngine.ts';
import { usdText } from '../../protocol/numberTexts.ts';
import type { PlannedRun } from './beginRun.ts';

/** Throws `budget` where a run may cost more than the cap; a cost of null is unknown, a cap of null none. */
function refuseAboveCap(greatestUsd: number | null, capUsd: number | null): void {
  if (capUsd === null || (greatestUsd !== null && greatestUsd <= capUsd)) return;
  const most = greatestUsd === null ? 'an unknown amount' : usdText(greatestUsd);
  throw new TrancheError(
    'budget',
    `This run may cost ${most}, more than the cap of ${usdText(capUsd)}: send fewer rows (dataset.limit), bound the answers, or raise the cap.`,
  );
}

/** What a planned run may cost at most in US dollars, null where no price is known, and the cap that holds; `budget` above it. A rehearsal is free. */
export function checkPlannedCost(
  engine: Engine,
  { plan, job, provider }: PlannedRun,
): { readonly greatestUsd: number | null; readonly maxUsd: number | null } {
  const maxUsd = effectiveMaxUsd(engine.config, job.budget.maxUsd);
  if (provider.kind === 'rehearsal') return { greatestUsd: 0, maxUsd };
  const { greatest } = plan.cost;
  const greatestUsd = greatest.known === 'unknown' ? null : greatest.high;
  refuseAboveCap(greatestUsd, maxUsd);
  return { greatestUsd, maxUsd };
}

/** The cap in the job file as it is now; as it was when the run began where the file is gone or unreadable. */
async function jobMaxUsd(document: RunDocument): Promise<number | null> {
  const { path, budget } = document.job;
  if (!(await stat(path).catch(() => null))?.isFile()) return budget.maxUsd;
  return loadJob(path).then(
    ({ job }) => job.budget.maxUsd,
    () => budget.maxUsd,
  );
}

/** Before a run goes on: while it has chunks that no batch was made of, its greatest cost must lie within every cap as it is now. */
export async function checkCapToGoOn(engine: Engine, run: RunState, document: RunDocument): Promise<void> {
  const isUnsent = [...run.chunks.values()].some(({ batchId, end }) => batchId === null && end === null);
  if (run.created.provider.rehearsal || !isUnsent) return;
  const cap = effectiveMaxUsd(engine.config, await jobMaxUsd(document));
  refuseAboveCap(run.created.greatestCostUsd, cap);
}
