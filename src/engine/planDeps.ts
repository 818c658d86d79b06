import type { PlanDeps } from '../core/pipeline/planJob.ts';
import type { TempSpace } from '../core/ports.ts';
import { providerNamed } from '../platform/machineConfig.ts';
import type { Engine } from './openEngine.ts';

/** What planning needs of this engine; prices are those of the provider, or OpenAI's while none is chosen. */
export function planDeps(
  engine: Engine,
  provider: string | null,
  temp: TempSpace,
  onRows: (rows: number) => void,
): PlanDeps {
  const list = provider === null ? 'openai' : providerNamed(engine.config, provider).priceList;
  return {
    env: engine.env,
    pool: engine.pool,
    newHasher: engine.newHasher,
    temp,
    prices: { list, overrides: engine.config.prices, nowMs: Date.now() },
    onRows,
  };
}
