import { describe, expect, it } from 'vitest';
import { openLedger } from '../../../../src/core/runs/ledger.ts';
import { replayRun } from '../../../../src/core/runs/replay.ts';
import type { RecordedEvent, RunEvent } from '../../../../src/core/runs/runEvents.ts';
import type { RunDeps, RunProgress } from '../../../../src/core/runs/runPorts.ts';
import { runCreated } from '../../../scenario/runWorld.ts';
import { fakeClock, settle } from '../../../support/fakeClock.ts';

function open() {
  const clock = fakeClock();
  const progress: RunProgress[] = [];
  const seal = (event: RunEvent, seq: number): RecordedEvent => ({
    ...event,
    seq,
    at: '2026-11-24T06:05:00Z',
    fence: 1,
  });
  let seq = 1;
  const journal = {
    append: async (event: RunEvent) => {
      const record = seal(event, ++seq);
      await settle();
      return record;
    },
  };
  const deps = { clock, journal, onProgress: (one: RunProgress) => progress.push(one) } as unknown as RunDeps;
  return { clock, progress, ledger: openLedger(deps, replayRun([seal(runCreated(3, 4), 1)])) };
}

describe('the ledger', () => {
  it('loses no event of those recorded at the same time', async () => {
    const { ledger } = open();
    const events = [1, 2, 3].map(
      (chunk) => ({ type: 'uploadIntent', chunk, attempt: 1, name: `${chunk}`, bytes: 1 }) as const,
    );
    await Promise.all(events.map((event) => ledger.record(event)));
    expect([1, 2, 3].map((chunk) => ledger.chunk(chunk).uploadName)).toEqual(['1', '2', '3']);
  });

  it('tells figures at most four times a second for each chunk, changes at once', async () => {
    const { clock, ledger, progress } = open();
    for (let at = 0; at < 100; at++) {
      ledger.sent(1, at);
      ledger.sent(2, at);
      await clock.advance(10);
    }
    expect(progress).toHaveLength(8);
    await ledger.record({ type: 'uploadIntent', chunk: 1, attempt: 1, name: 'x', bytes: 1 });
    expect(progress).toHaveLength(9);
    expect(progress.at(-1)).toMatchObject({ kind: 'chunk', chunk: 1, phase: 'uploading' });
  });
});
