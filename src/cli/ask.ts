import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';
import { isTrancheError, TrancheError } from '../core/errors.ts';

/** True where a person can be asked. */
export function canAsk(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY;
}

/** Asks a person one question on the terminal. Ctrl-C, Ctrl-D and the signal are `cancelled`. */
export async function ask(
  question: string,
  signal: AbortSignal,
  input: Readable = process.stdin,
  output: Writable = process.stderr,
): Promise<string> {
  const lines = createInterface({ input, output });
  const stopped = (): TrancheError => new TrancheError('cancelled', 'Stopped; nothing was sent.');
  try {
    const left = new Promise<never>((_, reject) => {
      lines.once('SIGINT', () => reject(stopped()));
      lines.once('close', () => reject(stopped()));
    });
    return (await Promise.race([lines.question(question, { signal }), left])).trim();
  } catch (error) {
    output.write('\n');
    throw isTrancheError(error) || !signal.aborted ? error : stopped();
  } finally {
    lines.close();
  }
}
