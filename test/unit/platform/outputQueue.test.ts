import { describe, expect, it } from 'vitest';
import { openOutputQueue } from '../../../src/platform/outputQueue.ts';

describe('an output queue', () => {
  it('gives items in order, those that wait and those that come later, then ends', async () => {
    const queue = openOutputQueue<number>();
    queue.push(1);
    const seen: number[] = [];
    const reading = (async () => {
      for await (const item of queue.items()) seen.push(item);
    })();
    await new Promise((resolve) => setTimeout(resolve, 5));
    queue.push(2);
    queue.push(3);
    queue.end();
    await reading;
    expect(seen).toEqual([1, 2, 3]);
  });

  it('gives what came before a failure, then throws it', async () => {
    const queue = openOutputQueue<number>();
    queue.push(1);
    queue.fail(new Error('broken'));
    const seen: number[] = [];
    const reading = (async () => {
      for await (const item of queue.items()) seen.push(item);
    })();
    await expect(reading).rejects.toThrow('broken');
    expect(seen).toEqual([1]);
  });
});
