import { afterEach, describe, expect, it } from 'vitest';
import { openRoom, tooHeavyFor, type Weight } from '../../../../src/core/runs/room.ts';
import type { QueueLimit } from '../../../../src/core/runs/runEvents.ts';
import { fakeClock, settle } from '../../../support/fakeClock.ts';

const weight = (index: number, tokens: number | null = 100): Weight => ({ index, tokens, requests: 10 });
let stop = new AbortController();
afterEach(() => stop.abort());

function open(limits: QueueLimit[] = []) {
  stop = new AbortController();
  const clock = fakeClock();
  const room = openRoom(clock, { roomFirstMs: 100, roomSlowestMs: 1000 }, () => limits, stop.signal);
  const entered: number[] = [];
  const waited: number[] = [];
  const enter = (one: Weight): void => {
    const onWait = async (): Promise<void> => {
      waited.push(one.index);
    };
    void room.turn(one, onWait, stop.signal).then(
      () => entered.push(one.index),
      () => undefined,
    );
  };
  return { clock, room, entered, waited, enter };
}

async function enterAll(room: { enter: (one: Weight) => void }, ...indexes: number[]): Promise<void> {
  for (const index of indexes) room.enter(weight(index));
  await settle();
}

describe('room in the queue', () => {
  it('is given to everybody as long as nothing was refused', async () => {
    const world = open();
    await enterAll(world, 1, 2, 3);
    expect(world.entered).toEqual([1, 2, 3]);
    expect(world.waited).toEqual([]);
  });

  it('is tried by one at a time, lowest first, after a growing pause', async () => {
    const world = open();
    await enterAll(world, 1, 2, 3);
    for (const index of [1, 2, 3]) world.room.full(index);
    world.entered.length = 0;
    await enterAll(world, 3, 1, 2);
    expect(world.entered).toEqual([]);
    expect(world.waited).toEqual([3, 1, 2]);
    await world.clock.advance(400);
    expect(world.entered).toEqual([1]);
    world.room.full(1);
    await enterAll(world, 1);
    await world.clock.advance(700);
    expect(world.entered).toEqual([1]);
    await world.clock.advance(101);
    expect(world.entered).toEqual([1, 1]);
  });

  it('is given on when the one before runs', async () => {
    const world = open();
    await enterAll(world, 1);
    world.room.full(1);
    await enterAll(world, 1, 2);
    await world.clock.advance(100);
    expect(world.entered).toEqual([1, 1]);
    world.room.running(1);
    await settle();
    expect(world.entered).toEqual([1, 1, 2]);
  });

  it('is tried at once when a batch has ended', async () => {
    const world = open();
    await enterAll(world, 1, 2);
    world.room.full(2);
    await enterAll(world, 2);
    expect(world.entered).toEqual([1, 2]);
    world.room.left(1);
    await settle();
    expect(world.entered).toEqual([1, 2, 2]);
  });

  it('never holds more than the limit it has learnt', async () => {
    const world = open([{ kind: 'tokens', limit: 250 }]);
    await enterAll(world, 1, 2, 3, 4);
    expect(world.entered).toEqual([1, 2]);
    world.room.left(1);
    await settle();
    expect(world.entered).toEqual([1, 2, 3]);
  });

  it('lets a chunk larger than the limit try when nothing else is there', async () => {
    const world = open([{ kind: 'requests', limit: 5 }]);
    await enterAll(world, 1, 2);
    expect(world.entered).toEqual([1]);
  });

  it('lets nobody wait when it is over', async () => {
    const world = open();
    world.room.full(1);
    const turn = world.room.turn(weight(1), async () => undefined, stop.signal);
    await settle();
    stop.abort();
    await expect(turn).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('a chunk larger than the whole queue', () => {
  it('is told by the limit it breaks', () => {
    expect(tooHeavyFor(weight(1, 501), [{ kind: 'tokens', limit: 250 }])).toEqual({ kind: 'tokens', limit: 250 });
    expect(tooHeavyFor(weight(1, 300), [{ kind: 'tokens', limit: 250 }])).toBeNull();
    expect(tooHeavyFor(weight(1, null), [{ kind: 'tokens', limit: 1 }])).toBeNull();
    expect(tooHeavyFor(weight(1, null), [{ kind: 'requests', limit: 9 }])).toEqual({ kind: 'requests', limit: 9 });
  });
});
