import type { ProposedJob } from '../protocol/engineProtocol.ts';
import type { Engine } from './openEngine.ts';

export async function proposeJob(engine: Engine, uri: string, signal: AbortSignal): Promise<ProposedJob> {
  throw new Error(`${engine.stateFolder} ${uri} ${String(signal.aborted)}`);
}
