import { availableParallelism } from 'node:os';
import path from 'node:path';
import type { ReadEnv } from '../core/datasets/formatReader.ts';
import type { WorkPool } from '../core/pipeline/workPool.ts';
import type { Hasher } from '../core/ports.ts';
import { newHasher } from '../platform/newHasher.ts';
import { readMachineConfig, type MachineConfig } from '../platform/machineConfig.ts';
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
}

/** What every pipeline of one process shares. It holds no open handle: workers live as long as a pipeline runs. */
export interface Engine {
  readonly env: ReadEnv;
  readonly pool: WorkPool;
  readonly newHasher: () => Hasher;
  readonly config: MachineConfig;
  readonly environment: Environment;
  /** `runs/<id>/` and the rehearsal's folder lie in it. */
  readonly stateFolder: string;
}

/** `TRANCHE_WORKERS`, or one a core. */
function workersOf(environment: Environment): number {
  const asked = Number(environment['TRANCHE_WORKERS'] ?? '');
  return Number.isSafeInteger(asked) && asked > 0 ? asked : Math.min(MOST_WORKERS, availableParallelism());
}

/** Composes the engine of this process. */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { environment } = options;
  const pool = openWorkThreads({
    workers: options.workers ?? workersOf(environment),
    entry: options.workerEntry ?? new URL('scanWorker.mjs', import.meta.url),
    blocksInFlight: BLOCKS_IN_FLIGHT,
  });
  return {
    env: await openReadEnv(),
    pool,
    newHasher,
    config: await readMachineConfig(environment),
    environment,
    stateFolder: path.resolve(stateFolders(environment).state),
  };
}
