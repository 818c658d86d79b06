import type { EngineOptions } from '../openEngine.ts';
import type { Environment } from '../../platform/stateFolder.ts';
import { openConfigured } from './configured.ts';
import type { EngineConnection, TellLog } from './engineConnection.ts';
import { providerChoices } from './providerChoices.ts';
import { serveDatasets } from './serveDatasets.ts';
import { serveJobs } from './serveJobs.ts';
import { serveRuns } from './serveRuns.ts';

declare const __VERSION__: string;

/** What answers an editor. */
export interface EngineService {
  readonly log: TellLog;
  /** Stops our own work, never the provider's, and removes what was prepared. */
  readonly close: () => Promise<void>;
}

/** Answers every request of the protocol; `environment` is what settings are put on top of. */
export function serveEngine(
  connection: EngineConnection,
  environment: Environment,
  own: Pick<EngineOptions, 'workerEntry'> = {},
): EngineService {
  const configured = openConfigured(environment, own);
  const log: TellLog = (level, message) => connection.tell('log', { level, message: configured.redact(message) });
  connection.answer('engine/configure', async (settings) => {
    await configured.configure(settings);
    return { version: __VERSION__ };
  });
  connection.answer('providers/list', async () => providerChoices(await configured.engine(), configured));
  serveDatasets(connection, configured);
  serveJobs(connection, configured, log);
  const runs = serveRuns(connection, configured, log);
  return { log, close: runs.close };
}
