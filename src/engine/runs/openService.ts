import path from 'node:path';
import type { BatchApi } from '../../core/submit/batchApi.ts';
import { DEFAULT_TUNING, type RunTuning } from '../../core/runs/runPorts.ts';
import type { RunProvider } from '../../core/runs/runEvents.ts';
import type { ProviderConfig } from '../../platform/machineConfig.ts';
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

async function openRehearsal(runFolder: string, faults: readonly string[]): Promise<OpenService> {
  const { startRehearsal } = await import('../../rehearsal/startRehearsal.ts');
  const { openOpenaiBatchApi } = await import('../../platform/openaiBatchApi.ts');
  const server = await startRehearsal({ folder: path.join(runFolder, 'rehearsal'), faults });
  const api = openOpenaiBatchApi({
    baseUrl: server.url,
    apiKey: null,
    keyName: null,
    project: null,
    organization: null,
    inputExpiresAfterSeconds: null,
  });
  return { api, tuning: REHEARSAL_TUNING, close: server.close };
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
  if (provider.kind === 'rehearsal') return openRehearsal(runFolder, faults);
  const key = apiKey(provider);
  const { openOpenaiBatchApi } = await import('../../platform/openaiBatchApi.ts');
  const { baseUrl, project } = runProvider(provider, environment);
  const api = openOpenaiBatchApi({
    baseUrl,
    apiKey: key?.text ?? null,
    keyName: key?.from ?? null,
    project,
    organization: accountOf(provider, environment, 'OPENAI_ORG_ID'),
    inputExpiresAfterSeconds: new URL(baseUrl).hostname.endsWith('openai.com') ? INPUT_EXPIRES_AFTER_SECONDS : null,
  });
  return { api, tuning: DEFAULT_TUNING, close: async () => undefined };
}
