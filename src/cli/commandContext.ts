import { openEngine, type Engine } from '../engine/openEngine.ts';
import { interruptSignal } from './interrupt.ts';
import { openOutput, type Output } from './output.ts';
import { openProgressLine, type ProgressLine } from './progressLine.ts';

/** What every command gets. */
export interface CommandContext {
  readonly engine: Engine;
  readonly signal: AbortSignal;
  readonly output: Output;
  readonly progress: ProgressLine;
}

/** Runs a command with its own engine, signal, output and progress; the command's exit code comes back. */
export async function withContext(command: (context: CommandContext) => Promise<number>): Promise<number> {
  const { signal, dispose } = interruptSignal();
  const output = openOutput(process.stdout);
  const progress = openProgressLine();
  try {
    const engine = await openEngine({ environment: process.env });
    return await command({ engine, signal, output, progress });
  } finally {
    progress.end();
    output.close();
    dispose();
  }
}
