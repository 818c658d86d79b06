import type { PlanDeps } from '../core/pipeline/planJob.ts';
import type { TempSpace } from '../core/ports.ts';
import type { Engine } from './openEngine.ts';
import { priceListOf } from './priceListOf.ts';

/** What planning needs of this engine; prices are those of the provider. */
export function planDeps(
  engine: Engine,
  provider: string | null,
  temp: TempSpace,
  onRows: PlanDeps['onRows'],
): PlanDeps {
  const { list } = priceListOf(engine.config, provider);
  return {
    env: engine.env,
    pool: engine.pool,
    newHasher: engine.newHasher,
    temp,
    prices: { list, overrides: engine.config.prices, nowMs: Date.now() },
    onRows,
  };
}
