import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openRunNotices } from '../../../../src/extension/runs/runNotices.ts';
import { fakeHeader, finishedHeader } from './fakeRun.ts';

function setUp(chosen?: string) {
  const told: string[] = [];
  const done: string[] = [];
  const notice = openRunNotices({
    ask: {
      confirm: async () => undefined,
      folder: async () => undefined,
      secret: async () => undefined,
      pick: async () => undefined,
      tell: async (_kind, message, actions) => {
        told.push(`${message} [${actions.join('] [')}]`);
        return chosen;
      },
    },
    openResults: (runId) => done.push(`results ${runId}`),
    showFailures: (runId) => done.push(`failures ${runId}`),
    showRuns: () => done.push('runs'),
  });
  return { notice, told, done };
}

describe('the notice of an end', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('comes once for a run, with what can be done next', async () => {
    const { notice, told, done } = setUp('Show Failures');
    notice.ended(finishedHeader());
    notice.ended(finishedHeader());
    await vi.runAllTimersAsync();
    notice.ended(finishedHeader());
    await vi.runAllTimersAsync();
    expect(told).toEqual(['posts is done: 17 ok, 3 not ok, $1.25. [Open Results] [Show Failures]']);
    expect(done).toEqual(['failures r1']);
  });

  it('is one for runs that end together', async () => {
    const { notice, told, done } = setUp('Show Runs');
    notice.ended(finishedHeader());
    notice.ended(finishedHeader({ runId: 'r2' }));
    await vi.runAllTimersAsync();
    expect(told).toEqual(['2 runs have ended: 34 rows ok, 6 not ok. [Show Runs]']);
    expect(done).toEqual(['runs']);
  });

  it('tells once that a run needs a decision, and why', async () => {
    const { notice, told, done } = setUp('Show Runs');
    const run = fakeHeader({ problem: 'The key is refused.' });
    notice.stuck(run);
    notice.stuck(run);
    await vi.runAllTimersAsync();
    expect(told).toEqual(['posts needs a decision: The key is refused. [Show Runs]']);
    expect(done).toEqual(['runs']);
  });
});
