import type { ProviderConfig } from '../../platform/machineConfig.ts';
import type { ProviderChoice } from '../../protocol/engineProtocol.ts';
import type { Engine } from '../openEngine.ts';
import type { Configured } from './configured.ts';

function keyOf(provider: ProviderConfig, engine: Engine, { hasKey }: Configured): ProviderChoice['key'] {
  const { name, apiKeyEnv } = provider;
  if (apiKeyEnv === null) return 'notNeeded';
  if (hasKey(name)) return 'editor';
  return (engine.environment[apiKeyEnv] ?? '').trim() === '' ? 'missing' : 'environment';
}

/** A provider as a person chooses it. */
export function providerChoice(provider: ProviderConfig, engine: Engine, configured: Configured): ProviderChoice {
  const { name, kind, baseUrl, problem = null } = provider;
  const host = baseUrl === null ? null : new URL(baseUrl).host;
  return { name, rehearsal: kind === 'rehearsal', host, key: keyOf(provider, engine, configured), problem };
}

/** All providers of this machine, the rehearsal first. */
export function providerChoices(engine: Engine, configured: Configured): ProviderChoice[] {
  return Object.values(engine.config.providers).map((provider) => providerChoice(provider, engine, configured));
}
