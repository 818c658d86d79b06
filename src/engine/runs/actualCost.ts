import type { WrittenResults } from '../../core/collect/writeResults.ts';
import type { RunCreated } from '../../core/runs/runEvents.ts';
import { priceOf } from '../../core/profile/price.ts';
import { providerNamed } from '../../platform/machineConfig.ts';
import type { Engine } from '../openEngine.ts';

/** What a run cost by the tokens its answers report, in US dollars at batch prices; null where price or usage is unknown. */
export function actualCostUsd(engine: Engine, created: RunCreated, results: WrittenResults | null): number | null {
  const { priceList } = providerNamed(engine.config, created.provider.name);
  const price = priceOf({
    model: created.model,
    list: priceList,
    overrides: engine.config.prices,
    largestRequestTokens: null,
    nowMs: Date.now(),
  });
  if (!price || !results) return null;
  const { promptTokens, completionTokens } = results.usage;
  return (promptTokens * price.inputPerMillionUsd + completionTokens * price.outputPerMillionUsd) / 1_000_000;
}
