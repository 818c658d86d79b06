import { TrancheError } from '../../core/errors.ts';
import type { EngineSettings } from '../../protocol/engineProtocol.ts';
import type { Environment } from '../../platform/stateFolder.ts';
import { openEngine, type Engine, type EngineOptions } from '../openEngine.ts';

/** The engine of this process as it is set up just now. */
export interface Configured {
  /** Sets it up anew; what is under way goes on as it began. */
  readonly configure: (settings: EngineSettings) => Promise<void>;
  /** Waits for the first settings; what is wrong with the newest ones is thrown. */
  readonly engine: () => Promise<Engine>;
  /** Whether the editor gave a key for the provider. */
  readonly hasKey: (provider: string) => boolean;
  /** The text without any key that the editor or the environment gave. */
  readonly redact: (text: string) => string;
}

/** Shorter texts are no keys, and taking them out would make sentences unreadable. */
const LEAST_KEY = 6;

function checkNumber(value: number | null, name: string, isRight: (value: number) => boolean): void {
  if (value === null || isRight(value)) return;
  throw new TrancheError('usage', `The setting ${name} is ${value}: it must be a number above zero, or empty.`);
}

function optionsOf(settings: EngineSettings, environment: Environment): EngineOptions {
  const { apiKeys, openaiBaseUrl, maxUsd, workers } = settings;
  checkNumber(maxUsd, 'tranche.maxUsd', (value) => Number.isFinite(value) && value >= 0);
  checkNumber(workers, 'tranche.workers', (value) => Number.isSafeInteger(value) && value > 0);
  return {
    ...(openaiBaseUrl === null
      ? { environment }
      : {
          environment: { ...environment, OPENAI_BASE_URL: openaiBaseUrl },
          addressFrom: 'The setting tranche.openai.baseUrl',
        }),
    surface: 'editor',
    apiKeys,
    maxUsd,
    ...(workers !== null && { workers }),
  };
}

/** Settings on top of `environment`; `own` are options of this process that no setting changes. */
export function openConfigured(environment: Environment, own: Pick<EngineOptions, 'workerEntry'>): Configured {
  let newest: Promise<Engine> | null = null;
  let begin: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  let keys: Readonly<Record<string, string>> = {};
  const secrets = new Set<string>();
  const keepSecret = (texts: readonly (string | undefined)[]): void => {
    for (const text of texts) if (text !== undefined && text.trim().length >= LEAST_KEY) secrets.add(text.trim());
  };
  return {
    configure: async (settings) => {
      keys = settings.apiKeys;
      keepSecret(Object.values(keys));
      newest = (async () => openEngine({ ...optionsOf(settings, environment), ...own }))();
      newest.catch(() => undefined); // thrown below, and again to whoever asks for the engine
      begin();
      const { config } = await newest;
      keepSecret(Object.values(config.providers).map(({ apiKeyEnv }) => environment[apiKeyEnv ?? '']));
    },
    engine: async () => {
      await begun;
      if (newest === null) throw new TrancheError('internal', 'The engine has no settings.');
      return newest;
    },
    hasKey: (provider) => Object.hasOwn(keys, provider) && keys[provider]?.trim() !== '',
    redact: (text) => [...secrets].reduce((left, secret) => left.replaceAll(secret, '[key]'), text),
  };
}
