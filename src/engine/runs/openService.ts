import path from 'node:path';
import type { BatchApi } from '../../core/submit/batchApi.ts';
import { DEFAULT_TUNING, type RunTuning } from '../../core/runs/runPorts.ts';
import type { RunProvider } from '../../core/runs/runEvents.ts';
import type { ProviderConfig } from '../../platform/machineConfig.ts';
import type { OpenaiService } from '../../platform/openaiBatchApi.ts';
import { proxyOf, type Proxy } from '../../platform/proxyOf.ts';
import type { ServiceFetch } from '../../platform/proxyFetch.ts';
import type { Environment } from '../../platform/stateFolder.ts';
import type { Engine } from '../openEngine.ts';

/** A provider, ready to be called, for as long as a run is driven here. */
export interface OpenService {
  readonly api: BatchApi;
  readonly tuning: RunTuning;
  readonly close: () => Promise<void>;
}

/** Life of input files at the provider: 30 days, what OpenAI gives batch files by default and at most. */
const INPUT_EXPIRES_AFTER_SECONDS = 2_592_000;
/** A rehearsal is near and quick: looking often costs nothing, and what fails for a minute (a full disk) is not mended by waiting. */
const REHEARSAL_TUNING: RunTuning = {
  ...DEFAULT_TUNING,
  firstLookMs: 300,
  slowestLookMs: 1_000,
  settleMs: [300, 1_000],
  patienceMs: 60_000,
};

/** Whether Node was told to follow proxies by itself, by rules of its own: https://nodejs.org/api/cli.html#node_use_env_proxy1 */
function isNodeProxied({ NODE_USE_ENV_PROXY, NODE_OPTIONS = '' }: Environment): boolean {
  return NODE_USE_ENV_PROXY === '1' || NODE_OPTIONS.includes('--use-env-proxy');
}

/** The way to a service; null where Node's own `fetch` goes it. */
async function openWay(proxy: Proxy | null, environment: Environment): Promise<ServiceFetch | null> {
  if (proxy === null && !isNodeProxied(environment)) return null;
  const { openProxyFetch } = await import('../../platform/proxyFetch.ts');
  return openProxyFetch(proxy);
}

async function openRehearsal(
  runFolder: string,
  environment: Environment,
  faults: readonly string[],
): Promise<OpenService> {
  const { startRehearsal } = await import('../../rehearsal/startRehearsal.ts');
  const { openOpenaiBatchApi } = await import('../../platform/openaiBatchApi.ts');
  const way = await openWay(null, environment);
  const server = await startRehearsal({ folder: path.join(runFolder, 'rehearsal'), faults });
  const service: OpenaiService = {
    baseUrl: server.url,
    apiKey: null,
    keyName: null,
    project: null,
    organization: null,
    inputExpiresAfterSeconds: null,
  };
  const close = async (): Promise<void> => {
    await way?.close();
    await server.close();
  };
  return { api: openOpenaiBatchApi(service, way), tuning: REHEARSAL_TUNING, close };
}

/** The variables of OpenAI's own account mean nothing to other services and are not told to them. */
const accountOf = (provider: ProviderConfig, environment: Environment, variable: string): string | null =>
  provider.name === 'openai' ? environment[variable] || null : null;

/** A provider as a run remembers it: a run can go on only where it began. A rehearsal is on another port each time. */
export function runProvider(provider: ProviderConfig, environment: Environment): RunProvider {
  return {
    name: provider.name,
    baseUrl: provider.baseUrl ?? 'rehearsal',
    project: accountOf(provider, environment, 'OPENAI_PROJECT_ID'),
    rehearsal: provider.kind === 'rehearsal',
  };
}

/**
 * Opens the provider of a run: the built-in rehearsal service, whose files lie in the run's folder so that it outlives this process, or a batch
 * service behind an address. `noKey` if there is no key for it.
 */
export async function openService(
  provider: ProviderConfig,
  runFolder: string,
  { apiKey, environment }: Engine,
  faults: readonly string[],
): Promise<OpenService> {
  if (provider.kind === 'rehearsal') return openRehearsal(runFolder, environment, faults);
  const key = apiKey(provider);
  const { openOpenaiBatchApi } = await import('../../platform/openaiBatchApi.ts');
  const { baseUrl, project } = runProvider(provider, environment);
  const way = await openWay(proxyOf(baseUrl, environment), environment);
  const service: OpenaiService = {
    baseUrl,
    apiKey: key?.text ?? null,
    keyName: key?.from ?? null,
    project,
    organization: accountOf(provider, environment, 'OPENAI_ORG_ID'),
    inputExpiresAfterSeconds: new URL(baseUrl).hostname.endsWith('openai.com') ? INPUT_EXPIRES_AFTER_SECONDS : null,
  };
  return { api: openOpenaiBatchApi(service, way), tuning: DEFAULT_TUNING, close: async () => way?.close() };
}
