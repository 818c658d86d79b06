import { fork, type ChildProcess } from 'node:child_process';
import type { TypedConnection } from '../../protocol/typedConnection.ts';
import type { connectEngine, EngineWire } from '../wire.ts';
import type { EngineStart } from './engineEnvironment.ts';

/** A running engine process. */
export interface EngineLink {
  readonly pid: number | null;
  readonly connection: Pick<TypedConnection<EngineWire>, 'call' | 'on' | 'listen' | 'dispose'>;
  /** How it ended, in a few words; never rejects. */
  readonly exited: Promise<string>;
  /** Lets go of it: it stops its work cleanly and ends. */
  readonly release: () => void;
}

export interface LaunchDeps {
  readonly enginePath: string;
  readonly start: () => EngineStart;
  /** JSON-RPC is loaded with the first engine. */
  readonly loadConnect: () => Promise<typeof connectEngine>;
  /** A line that the process printed. */
  readonly onLine: (line: string) => void;
  readonly onUnexpected: (method: string, error: unknown) => void;
}

const MAX_LINE = 2000;

function forwardLines(stream: NodeJS.ReadableStream | null, onLine: (line: string) => void): void {
  let rest = '';
  stream?.setEncoding('utf8');
  stream?.on('data', (text: string) => {
    const lines = (rest + text).split(/\r?\n/);
    rest = (lines.pop() ?? '').slice(-MAX_LINE);
    for (const line of lines) if (line.trim() !== '') onLine(line.slice(0, MAX_LINE));
  });
  stream?.on('end', () => {
    if (rest.trim() !== '') onLine(rest);
  });
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) =>
      resolve(signal === null ? `exit code ${code ?? 'unknown'}` : `signal ${signal}`),
    );
  });
}

/** Starts an engine; `exited` tells where it could not be started. */
export async function launchEngine(deps: LaunchDeps): Promise<EngineLink> {
  const connect = await deps.loadConnect();
  const { env, execArgv } = deps.start();
  const child = fork(deps.enginePath, [], {
    env: { ...env },
    execArgv: [...execArgv],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  forwardLines(child.stdout, deps.onLine);
  forwardLines(child.stderr, deps.onLine);
  const exited = endOf(child);
  const connection = connect(child, deps.onUnexpected);
  child.once('disconnect', () => connection.dispose());
  child.once('exit', () => connection.dispose());
  return {
    pid: child.pid ?? null,
    connection,
    exited,
    release: () => {
      connection.dispose();
      if (child.connected) child.disconnect();
    },
  };
}
