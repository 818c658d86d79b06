import { TrancheError } from '../../core/errors.ts';
import type { EngineSettings } from '../../protocol/engineProtocol.ts';
import { machineConfigStamp } from '../../platform/machineConfig.ts';
import type { Environment } from '../../platform/stateFolder.ts';
import { openEngine, type Engine, type EngineOptions } from '../openEngine.ts';

/** The engine of this process as it is set up just now. */
export interface Configured {
  /** Sets it up anew; what is under way goes on as it began. */
  readonly configure: (settings: EngineSettings) => Promise<void>;
  /** Waits for the first settings; what is wrong with the newest ones is thrown. The machine's configuration is the one that is on the disk now. */
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

/** What was opened last: with which settings, and with which configuration of the machine. */
interface Newest {
  readonly settings: EngineSettings;
  readonly stamp: string;
  readonly engine: Promise<Engine>;
}

/** Settings on top of `environment`; `own` are options of this process that no setting changes. */
export function openConfigured(environment: Environment, own: Pick<EngineOptions, 'workerEntry'>): Configured {
  let newest: Newest | null = null;
  let begin: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const secrets = new Set<string>();
  const keepSecret = (texts: readonly (string | undefined)[]): void => {
    for (const text of texts) if (text !== undefined && text.trim().length >= LEAST_KEY) secrets.add(text.trim());
  };
  const openNewest = async (settings: EngineSettings): Promise<Engine> => {
    const engine = await openEngine({ ...optionsOf(settings, environment), ...own });
    keepSecret(Object.values(engine.config.providers).map(({ apiKeyEnv }) => environment[apiKeyEnv ?? '']));
    return engine;
  };
  const open = (settings: EngineSettings): Promise<Engine> => {
    const stamp = machineConfigStamp(environment);
    const engine = openNewest(settings);
    engine.catch(() => undefined); // thrown to whoever asks for it
    newest = { settings, stamp, engine };
    return engine;
  };
  return {
    configure: async (settings) => {
      keepSecret(Object.values(settings.apiKeys));
      const engine = open(settings);
      begin();
      await engine;
    },
    engine: async () => {
      await begun;
      if (newest === null) throw new TrancheError('internal', 'The engine has no settings.');
      return newest.stamp === machineConfigStamp(environment) ? newest.engine : open(newest.settings);
    },
    hasKey: (provider) => {
      const keys = newest?.settings.apiKeys ?? {};
      return Object.hasOwn(keys, provider) && keys[provider]?.trim() !== '';
    },
    redact: (text) => [...secrets].reduce((left, secret) => left.replaceAll(secret, '[key]'), text),
  };
}
