import type { ProfileDeps } from '../core/pipeline/profiling.ts';
import type { Engine } from './openEngine.ts';
import { priceListOf } from './priceListOf.ts';

/** What profiling needs of this engine; prices are those of the provider. */
export function profileDeps(engine: Engine, provider: string | null): ProfileDeps {
  const { list } = priceListOf(engine.config, provider);
  return {
    env: engine.env,
    pool: engine.pool,
    prices: { list, overrides: engine.config.prices, nowMs: Date.now() },
    nowMs: () => performance.now(),
  };
}
