import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from 'vscode-jsonrpc/node';
import type { EngineEvents, EngineRequests, EngineSettings } from '../../src/protocol/engineProtocol.ts';
import type { ChunkSnapshot, RunHeader, RunSnapshot } from '../../src/protocol/runSnapshot.ts';
import { openTypedConnection, type TypedConnection } from '../../src/protocol/typedConnection.ts';

const ENGINE = fileURLToPath(new URL('../../dist/engine.mjs', import.meta.url));

const SETTINGS: EngineSettings = { apiKeys: {}, openaiBaseUrl: null, maxUsd: null, workers: 1 };

export type EngineClient = TypedConnection<{
  readonly calls: EngineRequests;
  readonly hears: EngineEvents;
  readonly answers: object;
  readonly tells: object;
}>;

/** The built engine process, as the extension has it. */
export interface RunningEngine {
  readonly client: EngineClient;
  readonly process: ChildProcess;
  /** Everything it said to the log, and to its standard outputs. */
  readonly said: () => string;
  readonly exit: Promise<number | null>;
  /** Lets go of it as a closed window does, and waits for its end. */
  readonly close: () => Promise<number | null>;
  /** Ends it without a chance to clean up. */
  readonly kill: () => Promise<void>;
}

/** Starts the built engine with a state folder of its own and configures it. */
export async function startEngine(
  home: string,
  settings: Partial<EngineSettings> = {},
  env: Record<string, string> = {},
  execArgv: readonly string[] = [],
): Promise<RunningEngine> {
  const child = fork(ENGINE, [], {
    execArgv: [...execArgv],
    silent: true,
    env: { ...process.env, OPENAI_API_KEY: '', OPENAI_BASE_URL: '', TRANCHE_HOME: home, ...env },
  });
  let said = '';
  child.stdout?.on('data', (data: Buffer) => (said += data.toString()));
  child.stderr?.on('data', (data: Buffer) => (said += data.toString()));
  const exit = new Promise<number | null>((resolve) => child.on('exit', resolve));
  const client: EngineClient = openTypedConnection(
    createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child)),
    { other: 'The engine' },
  );
  client.on('log', ({ level, message }) => (said += `${level}: ${message}\n`));
  client.listen();
  await client.call('engine/configure', { ...SETTINGS, ...settings });
  return {
    client,
    process: child,
    said: () => said,
    exit,
    close: async () => {
      if (child.connected) child.disconnect();
      return exit;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await exit;
    },
  };
}

/** Prepares a job for a provider and begins it at the cost it shows; the run's id. */
export async function beginJob(
  { client }: RunningEngine,
  jobPath: string,
  provider: string,
  more: { readonly replaceResults?: boolean; readonly another?: boolean } = {},
): Promise<string> {
  const { preparedId, greatestCostUsd } = await client.call('run/prepare', {
    id: jobPath,
    jobPath,
    provider,
    shownPlanHash: null,
  });
  const acceptedCostUsd = greatestCostUsd ?? ('unknown' as const);
  const consent = { preparedId, acceptedCostUsd, replaceResults: false, another: false, ...more };
  return (await client.call('run/begin', consent)).runId;
}

/** The runs as a tree would show them, kept by events. */
export interface RunTree {
  readonly runs: Map<string, { run: RunHeader; readonly chunks: Map<number, ChunkSnapshot> }>;
  readonly header: (runId: string) => RunHeader | undefined;
  /** How many events came for each run. */
  readonly events: Map<string, number>;
}

/** Watches all runs of the engine from now on. */
export async function watchRuns({ client }: RunningEngine): Promise<RunTree> {
  const runs: RunTree['runs'] = new Map();
  const events = new Map<string, number>();
  const take = ({ run, chunks }: RunSnapshot): void => {
    const entry = runs.get(run.runId) ?? { run, chunks: new Map<number, ChunkSnapshot>() };
    entry.run = run;
    for (const chunk of chunks) entry.chunks.set(chunk.index, chunk);
    runs.set(run.runId, entry);
  };
  client.on('run/changed', (news) => {
    events.set(news.run.runId, (events.get(news.run.runId) ?? 0) + 1);
    take(news);
  });
  client.on('run/removed', ({ runId }) => void runs.delete(runId));
  const first = await client.call('runs/watch', {});
  first.runs.forEach(take);
  return { runs, events, header: (runId) => runs.get(runId)?.run };
}
