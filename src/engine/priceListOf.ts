import type { PriceList } from '../core/profile/price.ts';
import { providerNamed, type MachineConfig } from '../platform/machineConfig.ts';

/** Where the prices of a job come from: its provider's list, or OpenAI's while none is chosen. One that is not set up here has no known price, and the warning says so. */
export function priceListOf(
  config: MachineConfig,
  provider: string | null,
): { readonly list: PriceList; readonly warnings: readonly string[] } {
  if (provider === null) return { list: 'openai', warnings: [] };
  if (Object.hasOwn(config.providers, provider)) {
    return { list: providerNamed(config, provider).priceList, warnings: [] };
  }
  const warning = `The provider "${provider}" is not set up on this machine, so its prices are unknown here; set it up in ${config.path}.`;
  return { list: 'none', warnings: [warning] };
}
