import type { Job } from '../model/job.ts';
import type { Plan } from '../model/plan.ts';

/** What a run is made of beside its journal: written once when it begins, so that it can go on without the job file. */
export interface RunDocument {
  readonly version: 1;
  readonly runId: string;
  /** As it was when the run began; `results.uri` is where the results go (a rehearsal's own folder). */
  readonly job: Job;
  readonly plan: Plan;
  /** Results of another run may be overwritten. */
  readonly replace: boolean;
}
