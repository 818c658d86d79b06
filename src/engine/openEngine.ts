import { availableParallelism } from 'node:os';
import path from 'node:path';
import type { ReadEnv } from '../core/datasets/formatReader.ts';
import type { WorkPool } from '../core/pipeline/workPool.ts';
import type { Hasher } from '../core/ports.ts';
import { TrancheError } from '../core/errors.ts';
import { newHasher } from '../platform/newHasher.ts';
import type { Surface } from '../platform/lease.ts';
import {
  apiKeyOf,
  KEY_COMMAND,
  readMachineConfig,
  type MachineConfig,
  type ProviderConfig,
} from '../platform/machineConfig.ts';
import { stateFolders, type Environment } from '../platform/stateFolder.ts';
import { openWorkThreads } from '../platform/workThreads.ts';
import { openReadEnv } from './readEnv.ts';

/** More workers than this gain nothing: one ordered writer follows them. */
const MOST_WORKERS = 8;
/** Blocks of about 4 MB of lines on their way from workers to the writer. */
const BLOCKS_IN_FLIGHT = 24;

export interface EngineOptions {
  readonly environment: Environment;
  /** The worker's bundle; beside this one by default. */
  readonly workerEntry?: URL;
  /** Default: `TRANCHE_WORKERS` of the environment, or one a core. */
  readonly workers?: number;
  /** Who holds the runs of this process, for others to read; the command line by default. */
  readonly surface?: Surface;
  /** Keys by provider name that count before those of the environment. */
  readonly apiKeys?: Readonly<Record<string, string>>;
  /** Where `OPENAI_BASE_URL` comes from, for sentences, if that is not the environment. */
  readonly addressFrom?: string;
  /** A cap in US dollars beside the machine's own: the lower counts. */
  readonly maxUsd?: number | null;
}

/** A key and where a person put it, for sentences. */
export interface ProviderKey {
  readonly text: string;
  /** `OPENAI_API_KEY`, or the editor's command. */
  readonly from: string;
}

/** What every pipeline of one process shares. It holds no open handle: workers live as long as a pipeline runs. */
export interface Engine {
  readonly env: ReadEnv;
  readonly pool: WorkPool;
  readonly newHasher: () => Hasher;
  readonly config: MachineConfig;
  readonly environment: Environment;
  readonly surface: Surface;
  /** The key of a provider, null where it wants none; a missing one is `noKey` saying how to give it. */
  readonly apiKey: (provider: ProviderConfig) => ProviderKey | null;
  /** `runs/<id>/` and the rehearsal's folder lie in it. */
  readonly stateFolder: string;
}

/** `TRANCHE_WORKERS`, or one a core. */
function workersOf(environment: Environment): number {
  const asked = Number(environment['TRANCHE_WORKERS'] ?? '');
  return Number.isSafeInteger(asked) && asked > 0 ? asked : Math.min(MOST_WORKERS, availableParallelism());
}

function lowerCap(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
}

function keyOf(provider: ProviderConfig, { environment, surface, apiKeys = {} }: EngineOptions): ProviderKey | null {
  if (provider.apiKeyEnv === null) return null;
  const given = Object.hasOwn(apiKeys, provider.name) ? apiKeys[provider.name]?.trim() : undefined;
  if (given !== undefined && given !== '') return sendable({ text: given, from: KEY_COMMAND });
  const text = apiKeyOf(provider, environment, surface);
  return text === null ? null : sendable({ text, from: provider.apiKeyEnv });
}

/** A key goes into a header, which holds one line of plain characters: with any other every call would break before it is sent. */
function sendable(key: ProviderKey): ProviderKey {
  if (/^[\x20-\x7e]+$/.test(key.text)) return key;
  throw new TrancheError(
    'noKey',
    `The key from ${key.from} holds a line break or a character that no key has; put it there again.`,
  );
}

/** Composes the engine of this process. */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { environment, surface = 'CLI', maxUsd = null } = options;
  const config = await readMachineConfig(environment, options.addressFrom);
  const pool = openWorkThreads({
    workers: options.workers ?? workersOf(environment),
    entry: options.workerEntry ?? new URL('scanWorker.mjs', import.meta.url),
    blocksInFlight: BLOCKS_IN_FLIGHT,
  });
  return {
    env: await openReadEnv(),
    pool,
    newHasher,
    config: { ...config, maxUsd: lowerCap(config.maxUsd, maxUsd) },
    environment,
    surface,
    apiKey: (provider) => keyOf(provider, options),
    stateFolder: path.resolve(stateFolders(environment).state),
  };
}
