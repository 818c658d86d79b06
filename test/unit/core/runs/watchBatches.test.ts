import { afterEach, describe, expect, it } from 'vitest';
import { openPatience } from '../../../../src/core/runs/patience.ts';
import { DEFAULT_TUNING, type RunDeps } from '../../../../src/core/runs/runPorts.ts';
import { openBatchWatch } from '../../../../src/core/runs/watchBatches.ts';
import type { RemoteBatch } from '../../../../src/core/submit/batchApi.ts';
import { ProviderError } from '../../../../src/core/submit/providerError.ts';
import { fakeClock } from '../../../support/fakeClock.ts';

let stop = new AbortController();
afterEach(() => stop.abort());

const batch = (id: string, createdAtMs: number): RemoteBatch => ({
  id,
  status: 'in_progress',
  inputFileId: 'f',
  outputFileId: null,
  errorFileId: null,
  counts: null,
  errors: [],
  createdAtMs,
  metadata: {},
  usage: null,
});

/** A provider with `count` batches, newest first, one created each second. */
function open(count: number) {
  stop = new AbortController();
  const clock = fakeClock();
  const calls: string[] = [];
  const all = Array.from({ length: count }, (_, at) => batch(`b${at}`, 10_000_000_000 - at * 1000));
  const api = {
    listBatches: async function* () {
      calls.push('list');
      for (const one of all) {
        calls.push(one.id);
        yield one;
      }
    },
    retrieveBatch: async (id: string) => {
      calls.push(`get ${id}`);
      if (id !== 'gone') return batch(id, 0);
      const fault = { status: 404, providerCode: null, providerMessage: null, retryAfterMs: null, mayPass: false };
      throw new ProviderError('refusedByProvider', 'Unknown.', fault);
    },
  };
  const deps = { api, clock, tuning: DEFAULT_TUNING, onProgress: () => undefined } as unknown as RunDeps;
  return { clock, calls, all, watch: openBatchWatch(deps, openPatience(deps), stop.signal) };
}

describe('watching batches', () => {
  it('shows many batches by one listing, first after 2 s, and reads no further than it must', async () => {
    const { clock, calls, watch } = open(500);
    const seen = Promise.all(['b1', 'b3'].map((id) => watch.next(id, clock.now(), 10_000_000_000)));
    await clock.advance(1_999);
    expect(calls).toEqual([]);
    await clock.advance(1);
    expect((await seen).map(({ id }) => id)).toEqual(['b1', 'b3']);
    expect(calls).toEqual(['list', 'b0', 'b1', 'b2', 'b3']);
  });

  it('asks for a batch by itself when the list does not show it, and ends the listing well past its time', async () => {
    const { clock, calls, watch } = open(5000);
    const seen = watch.next('hidden', clock.now(), 10_000_000_000);
    await clock.advance(2_000);
    expect((await seen).id).toBe('hidden');
    expect(calls.at(-1)).toBe('get hidden');
    expect(calls.length).toBeLessThan(420);
  });

  it('stops listing once asking one by one takes fewer calls', async () => {
    const { clock, calls, watch } = open(3000);
    const ids = ['b2999', 'b2998', 'b2997'];
    const seen = Promise.all(ids.map((id) => watch.next(id, clock.now(), 1)));
    await clock.advance(2_000);
    expect((await seen).map(({ id }) => id)).toEqual(ids);
    expect(calls.filter((call) => call.startsWith('b'))).toHaveLength(300);
    expect(calls.filter((call) => call.startsWith('get'))).toHaveLength(3);
  });

  it('tells only the one who asks for a batch nobody knows', async () => {
    const { clock, watch } = open(3);
    const good = watch.next('b1', clock.now(), 0);
    const bad = watch.next('gone', clock.now(), 0).catch((error: { code: string }) => error.code);
    await clock.advance(2_000);
    expect((await good).id).toBe('b1');
    expect(await bad).toBe('refusedByProvider');
  });

  it('looks soon for a new batch though it would have slept for long', async () => {
    const { clock, watch } = open(3);
    const old = watch.next('b2', clock.now() - 3_600_000, 0);
    await clock.advance(1);
    await old;
    void watch.next('b2', clock.now() - 3_600_000, 0).catch(() => undefined);
    await clock.advance(10_000);
    let isSeen = false;
    void watch.next('b0', clock.now(), 0).then(() => (isSeen = true));
    await clock.advance(2_100);
    expect(isSeen).toBe(true);
  });

  it('ends with its run', async () => {
    const { clock, watch } = open(3);
    const seen = watch.next('b1', clock.now(), 0);
    stop.abort();
    await expect(seen).rejects.toMatchObject({ code: 'cancelled' });
    await expect(watch.next('b1', clock.now(), 0)).rejects.toMatchObject({ code: 'cancelled' });
  });
});
