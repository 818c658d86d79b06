import type { ProfileDeps } from '../core/pipeline/profiling.ts';
import { providerNamed } from '../platform/machineConfig.ts';
import type { Engine } from './openEngine.ts';

/** What profiling needs of this engine; prices are those of the provider, or OpenAI's while none is chosen. */
export function profileDeps(engine: Engine, provider: string | null): ProfileDeps {
  const list = provider === null ? 'openai' : providerNamed(engine.config, provider).priceList;
  return {
    env: engine.env,
    pool: engine.pool,
    prices: { list, overrides: engine.config.prices, nowMs: Date.now() },
    nowMs: () => performance.now(),
  };
}
