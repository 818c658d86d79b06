import path from 'node:path';
import type { BatchApi } from '../../core/submit/batchApi.ts';
import { DEFAULT_TUNING, type RunTuning } from '../../core/runs/runPorts.ts';
import { apiKeyOf, type ProviderConfig } from '../../platform/machineConfig.ts';
import type { Environment } from '../../platform/stateFolder.ts';

/** A provider, ready to be called, for as long as a run is driven here. */
export interface OpenService {
  readonly api: BatchApi;
  /** Where it is; a rehearsal is on another port each time. */
  readonly baseUrl: string;
  readonly project: string | null;
  readonly tuning: RunTuning;
  readonly close: () => Promise<void>;
}

/** Life of input files at the provider: 30 days, what OpenAI gives batch files by default and at most. */
const INPUT_EXPIRES_AFTER_SECONDS = 2_592_000;
/** A rehearsal is near and quick: looking often costs nothing. */
const REHEARSAL_TUNING: RunTuning = { ...DEFAULT_TUNING, firstLookMs: 300, slowestLookMs: 1_000 };

async function openRehearsal(runFolder: string, faults: readonly string[]): Promise<OpenService> {
  const { startRehearsal } = await import('../../rehearsal/startRehearsal.ts');
  const { openOpenaiBatchApi } = await import('../../platform/openaiBatchApi.ts');
  const server = await startRehearsal({ folder: path.join(runFolder, 'rehearsal'), faults });
  const api = openOpenaiBatchApi({
    baseUrl: server.url,
    apiKey: null,
    keyName: 'none',
    project: null,
    organization: null,
    inputExpiresAfterSeconds: null,
  });
  return { api, baseUrl: 'rehearsal', project: null, tuning: REHEARSAL_TUNING, close: server.close };
}

/**
 * Opens the provider of a run: the built-in rehearsal service, whose files lie in the run's folder so that it outlives this process, or a batch
 * service behind an address. `noKey` if its key is not in the environment.
 */
export async function openService(
  provider: ProviderConfig,
  runFolder: string,
  environment: Environment,
  faults: readonly string[],
): Promise<OpenService> {
  if (provider.kind === 'rehearsal') return openRehearsal(runFolder, faults);
  const apiKey = apiKeyOf(provider, environment);
  const { openOpenaiBatchApi } = await import('../../platform/openaiBatchApi.ts');
  const project = environment['OPENAI_PROJECT_ID'] ?? null;
  const baseUrl = provider.baseUrl ?? '';
  const api = openOpenaiBatchApi({
    baseUrl,
    apiKey,
    keyName: provider.apiKeyEnv ?? 'none',
    project,
    organization: environment['OPENAI_ORG_ID'] ?? null,
    inputExpiresAfterSeconds: new URL(baseUrl).hostname.endsWith('openai.com') ? INPUT_EXPIRES_AFTER_SECONDS : null,
  });
  return { api, baseUrl, project, tuning: DEFAULT_TUNING, close: async () => undefined };
}
