import { describe, expect, it } from 'vitest';
import { TrancheError } from '../../../../src/core/errors.ts';
import { openPatience } from '../../../../src/core/runs/patience.ts';
import { DEFAULT_TUNING, type RunDeps, type RunProgress } from '../../../../src/core/runs/runPorts.ts';
import { ProviderError } from '../../../../src/core/submit/providerError.ts';
import { fakeClock } from '../../../support/fakeClock.ts';

const signal = new AbortController().signal;

function failure(code: 'network' | 'refusedByProvider', retryAfterMs: number | null = null): ProviderError {
  const mayPass = code === 'refusedByProvider';
  return new ProviderError(code, 'No.', {
    status: null,
    providerCode: null,
    providerMessage: null,
    retryAfterMs,
    mayPass,
  });
}

function open() {
  const clock = fakeClock();
  const notes: RunProgress[] = [];
  const deps = { clock, tuning: DEFAULT_TUNING, onProgress: (one: RunProgress) => notes.push(one) };
  return { clock, notes, patience: openPatience(deps as unknown as RunDeps) };
}

/** Calls that fail a number of times, and when they were made. */
function failing(times: number, error: Error, now: () => number) {
  const atMs: number[] = [];
  const call = async (): Promise<string> => {
    atMs.push(now());
    if (atMs.length <= times) throw error;
    return 'ok';
  };
  return { atMs, call };
}

describe('patience', () => {
  it('tries again slower and slower, and tells it once in a while', async () => {
    const { clock, notes, patience } = open();
    patience.heard();
    const { atMs, call } = failing(8, failure('network'), clock.now);
    const answer = patience.run(call, signal);
    await clock.advance(300_000);
    expect(await answer).toBe('ok');
    const pauses = atMs.slice(1).map((at, before) => at - (atMs[before] ?? 0));
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60].map((seconds) => seconds * 1000));
    expect(notes.length).toBeLessThan(8);
    expect(notes[0]).toEqual({ kind: 'note', message: 'No. Trying again.' });
  });

  it('ends after 20 s with a service that never answered, and after 30 min with one that did', async () => {
    for (const [isHeard, limitMs] of [
      [false, 20_000],
      [true, 1_800_000],
    ] as const) {
      const { clock, patience } = open();
      if (isHeard) patience.heard();
      const startMs = clock.now();
      const { call, atMs } = failing(Infinity, failure('network'), clock.now);
      const answer = patience.run(call, signal).catch((error: Error) => error.message);
      await clock.advance(3_600_000);
      expect(await answer).toBe('No.');
      expect((atMs.at(-1) ?? 0) - startMs).toBeLessThanOrEqual(limitMs);
      expect((atMs.at(-1) ?? 0) - startMs).toBeGreaterThan(limitMs / 2);
    }
  });

  it('waits as long as the provider asks', async () => {
    const { clock, patience } = open();
    const { call, atMs } = failing(1, failure('refusedByProvider', 30_000), clock.now);
    const answer = patience.run(call, signal);
    await clock.advance(30_000);
    expect(await answer).toBe('ok');
    expect((atMs[1] ?? 0) - (atMs[0] ?? 0)).toBe(30_000);
  });

  it('is not used up by waits the provider asks for', async () => {
    const { clock, patience } = open();
    const { call, atMs } = failing(3, failure('refusedByProvider', 3_600_000), clock.now);
    const answer = patience.run(call, signal);
    await clock.advance(3 * 3_600_000);
    expect(await answer).toBe('ok');
    expect(atMs).toHaveLength(4);
  });

  it('does not try again what another try cannot mend', async () => {
    const { clock, patience } = open();
    const { call, atMs } = failing(Infinity, new TrancheError('disk', 'Full.'), clock.now);
    await expect(patience.run(call, signal)).rejects.toThrow('Full.');
    expect(atMs).toHaveLength(1);
  });

  it('counts from the first failure again after a reset', async () => {
    const { clock, patience } = open();
    const spell = patience.begin();
    const pause = spell.pause(failure('network'), signal);
    await clock.advance(1_000);
    await pause;
    expect(spell.tries()).toBe(1);
    await clock.advance(3_600_000);
    spell.reset();
    const again = spell.pause(failure('network'), signal);
    await clock.advance(1_000);
    await again;
    expect(spell.tries()).toBe(1);
  });

  it('stops waiting when it is told to', async () => {
    const { patience } = open();
    const stop = new AbortController();
    const answer = patience.run(() => Promise.reject(failure('network')), stop.signal);
    setImmediate(() => stop.abort());
    await expect(answer).rejects.toMatchObject({ code: 'cancelled' });
  });
});
