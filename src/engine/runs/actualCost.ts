import type { WrittenResults } from '../../core/collect/writeResults.ts';
import type { RowCounts } from '../../core/model/outcome.ts';
import type { RunCreated } from '../../core/runs/runEvents.ts';
import { priceOf } from '../../core/profile/price.ts';
import type { MachineConfig } from '../../platform/machineConfig.ts';

/** Rows that the service answered, whatever the answer was worth: each should report its tokens. */
function answeredRows({ ok, refused, truncated, invalid }: RowCounts): number {
  return ok + refused + truncated + invalid;
}

/** What a run cost by the tokens its answers report, in US dollars at batch prices; null where the price or the tokens of some answers are unknown. */
export function actualCostUsd(
  config: MachineConfig,
  { provider, model }: Pick<RunCreated, 'provider' | 'model'>,
  results: Pick<WrittenResults, 'rows' | 'usage'> | null,
): number | null {
  if (provider.rehearsal) return 0;
  const found = Object.hasOwn(config.providers, provider.name) ? config.providers[provider.name] : undefined;
  const price = priceOf({
    model,
    list: found?.priceList ?? 'none',
    overrides: config.prices,
    largestRequestTokens: null,
    nowMs: Date.now(),
  });
  if (!price || !results) return null;
  const { inputPerMillionUsd, outputPerMillionUsd } = price;
  if (inputPerMillionUsd === 0 && outputPerMillionUsd === 0) return 0;
  const { promptTokens, completionTokens, rowsReporting } = results.usage;
  if (rowsReporting < answeredRows(results.rows)) return null;
  return (promptTokens * inputPerMillionUsd + completionTokens * outputPerMillionUsd) / 1_000_000;
}
