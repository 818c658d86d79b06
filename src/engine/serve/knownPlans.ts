import type { KnownPlan } from '../planJobFile.ts';

/** What is known of the newest plans of this process, by their hash. */
export interface KnownPlans {
  readonly add: (planHash: string, plan: KnownPlan) => void;
  readonly get: (planHash: string) => KnownPlan | null;
}

const MOST_PLANS = 8;

export function openKnownPlans(): KnownPlans {
  const plans = new Map<string, KnownPlan>();
  return {
    add: (planHash, plan) => {
      plans.delete(planHash);
      plans.set(planHash, plan);
      const [oldest] = plans.keys();
      if (plans.size > MOST_PLANS && oldest !== undefined) plans.delete(oldest);
    },
    get: (planHash) => plans.get(planHash) ?? null,
  };
}
