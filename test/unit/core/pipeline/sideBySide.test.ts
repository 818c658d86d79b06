import { expect, it } from 'vitest';
import { sideBySide } from '../../../../src/core/pipeline/sideBySide.ts';

const never = new AbortController().signal;

/** Goes on until it is told to stop, and then some. */
function endless(ended: () => void): (signal: AbortSignal) => Promise<never> {
  return (signal) =>
    new Promise((_, reject) => {
      signal.addEventListener('abort', () =>
        setTimeout(() => {
          ended();
          reject(new Error('stopped'));
        }, 5),
      );
    });
}

it('gives both results', async () => {
  expect(
    await sideBySide(
      async () => 1,
      async () => 'b',
      never,
    ),
  ).toEqual([1, 'b']);
});

it('stops the other half at the first failure, waits for it, and throws the first error', async () => {
  let ended = false;
  const failing = async (): Promise<never> => {
    throw new Error('the first');
  };
  const other = endless(() => (ended = true));
  await expect(sideBySide(other, failing, never)).rejects.toThrow('the first');
  expect(ended).toBe(true);
});

it('stops both with the signal', async () => {
  const stop = new AbortController();
  let ended = 0;
  const both = sideBySide(
    endless(() => ended++),
    endless(() => ended++),
    stop.signal,
  );
  stop.abort();
  await expect(both).rejects.toThrow('stopped');
  expect(ended).toBe(2);
});
