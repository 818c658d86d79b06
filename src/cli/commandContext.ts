import { openEngine, type Engine } from '../engine/openEngine.ts';
import { interruptSignal } from './interrupt.ts';
import { openProgressLine, type ProgressLine } from './progressLine.ts';

/** What every command gets. */
export interface CommandContext {
  readonly engine: Engine;
  readonly signal: AbortSignal;
  readonly progress: ProgressLine;
}

/** Runs a command with its own engine, signal and progress; the command's exit code comes back. */
export async function withContext(command: (context: CommandContext) => Promise<number>): Promise<number> {
  const { signal, dispose } = interruptSignal();
  const progress = openProgressLine();
  try {
    const engine = await openEngine({ environment: process.env });
    return await command({ engine, signal, progress });
  } finally {
    progress.end();
    dispose();
  }
}
