import { describe, expect, it } from 'vitest';
import { TrancheError } from '../../../../src/core/errors.ts';
import { openSlots } from '../../../../src/core/runs/slots.ts';
import { openTasks } from '../../../../src/core/runs/tasks.ts';
import { settle } from '../../../support/fakeClock.ts';

describe('slots', () => {
  it('let in only so many, in order, and count a place given back twice once', async () => {
    const slots = openSlots(2);
    const { signal } = new AbortController();
    const inside: number[] = [];
    const leaves: (() => void)[] = [];
    for (const at of [0, 1, 2, 3]) {
      void slots.acquire(signal).then((leave) => {
        inside.push(at);
        leaves.push(leave);
      });
    }
    await settle();
    expect(inside).toEqual([0, 1]);
    leaves[0]?.();
    leaves[0]?.();
    await settle();
    expect(inside).toEqual([0, 1, 2]);
  });

  it('forget who stopped waiting', async () => {
    const slots = openSlots(1);
    const { signal } = new AbortController();
    const leave = await slots.acquire(signal);
    const stop = new AbortController();
    const waiting = slots.acquire(stop.signal);
    const next = slots.acquire(signal);
    stop.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
    leave();
    await next;
  });
});

describe('tasks', () => {
  it('wait for work that work starts, and throw what matters most', async () => {
    const stop = new AbortController();
    const tasks = openTasks(stop);
    const done: string[] = [];
    tasks.start(async () => {
      await settle();
      tasks.start(async () => {
        await settle();
        done.push('inner');
        throw new TrancheError('disk', 'Full.');
      });
      throw new TrancheError('cancelled', 'Stopped.');
    });
    await expect(tasks.settled()).rejects.toThrow('Full.');
    expect(done).toEqual(['inner']);
    expect(stop.signal.aborted).toBe(true);
  });
});
