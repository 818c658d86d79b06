import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const CLI = fileURLToPath(new URL('../../dist/cli.mjs', import.meta.url));

export interface CliEnd {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCli {
  readonly process: ChildProcess;
  /** Standard error so far. */
  readonly stderr: () => string;
  readonly stdout: () => string;
  readonly end: Promise<CliEnd>;
}

/** Starts the built CLI without a terminal; `home` is its state folder. */
export function startCli(
  args: readonly string[],
  home: string,
  env: Record<string, string> = {},
  cwd = home,
): RunningCli {
  const child = spawn(process.execPath, [CLI, ...args], {
    cwd,
    env: { ...process.env, OPENAI_API_KEY: '', OPENAI_BASE_URL: '', TRANCHE_HOME: home, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
  const end = new Promise<CliEnd>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
  return { process: child, stderr: () => stderr, stdout: () => stdout, end };
}

/** Runs the built CLI to its end. */
export function runCli(
  args: readonly string[],
  home: string,
  env: Record<string, string> = {},
  cwd = home,
): Promise<CliEnd> {
  return startCli(args, home, env, cwd).end;
}

/** Waits until `isSo`, or throws after ten seconds. */
export async function until(isSo: () => boolean): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    if (isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('waited ten seconds in vain');
}
