import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { ask } from '../../../src/cli/ask.ts';

const never = new AbortController().signal;

function terminal(): { input: PassThrough; output: PassThrough } {
  const output = Object.assign(new PassThrough(), { isTTY: true, columns: 80 });
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined });
  output.resume();
  return { input, output };
}

describe('a question', () => {
  it('gives the answer without blanks around it', async () => {
    const { input, output } = terminal();
    const answer = ask('Which? ', never, input, output);
    input.write(' yes \r');
    expect(await answer).toBe('yes');
  });

  it.each([
    ['Ctrl-C', '\u0003'],
    ['Ctrl-D', '\u0004'],
  ])('ends with one sentence and exit code 130 at %s', async (_, key) => {
    const { input, output } = terminal();
    const answer = ask('Which? ', never, input, output);
    input.write(key);
    await expect(answer).rejects.toMatchObject({ exitCode: 130, message: 'Stopped; nothing was sent.' });
  });

  it('ends so when the program is told to stop, and when nobody can answer any more', async () => {
    const { input, output } = terminal();
    const stop = new AbortController();
    const answer = ask('Which? ', stop.signal, input, output);
    stop.abort();
    await expect(answer).rejects.toMatchObject({ exitCode: 130 });
    const closed = terminal();
    const unanswered = ask('Which? ', never, closed.input, closed.output);
    closed.input.end();
    await expect(unanswered).rejects.toMatchObject({ exitCode: 130 });
  });
});
