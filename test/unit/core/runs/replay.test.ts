import { describe, expect, it } from 'vitest';
import { replayRun } from '../../../../src/core/runs/replay.ts';
import { runStatus } from '../../../../src/core/runs/runState.ts';
import { countsOf } from '../../../../src/core/runs/rowCounts.ts';
import type { RecordedEvent, RunEvent } from '../../../../src/core/runs/runEvents.ts';
import { runCreated } from '../../../scenario/runWorld.ts';

const records = (...events: RunEvent[]): RecordedEvent[] =>
  events.map((event, at) => ({ ...event, seq: at + 1, at: new Date(1000 * at).toISOString(), fence: 1 }));

describe('replaying a journal', () => {
  it('begins with all chunks planned', () => {
    const run = replayRun(records(runCreated(3, 5)));
    expect([...run.chunks.values()].map(({ index, phase, attempt }) => [index, phase, attempt])).toEqual([
      [1, 'planned', 1],
      [2, 'planned', 1],
      [3, 'planned', 1],
    ]);
    expect(runStatus(run)).toBe('running');
  });

  it('refuses a journal without its beginning, with two, or with a chunk of another run', () => {
    const corrupt = expect.objectContaining({ code: 'corrupt' }) as Error;
    expect(() => replayRun([])).toThrow(corrupt);
    expect(() => replayRun(records({ type: 'cancelIntent' }))).toThrow(corrupt);
    expect(() => replayRun(records(runCreated(1, 1), runCreated(1, 1)))).toThrow(corrupt);
    const stranger = { type: 'notCreated', chunk: 9, attempt: 1, reason: '' } as const;
    expect(() => replayRun(records(runCreated(1, 1), stranger))).toThrow(corrupt);
  });

  it('keeps the last word on each kind of queue limit', () => {
    const full = (kind: 'tokens' | 'requests', limit: number): RunEvent => ({
      type: 'noRoom',
      chunk: 1,
      attempt: 1,
      batchId: null,
      limit: { kind, limit },
      message: '',
    });
    const run = replayRun(records(runCreated(1, 1), full('tokens', 5), full('requests', 7), full('tokens', 9)));
    expect(run.queueLimits).toEqual([
      { kind: 'requests', limit: 7 },
      { kind: 'tokens', limit: 9 },
    ]);
  });

  it('knows cancelling, cancelled and finished', () => {
    const cancelling = [runCreated(1, 1), { type: 'cancelIntent' }] as const;
    expect(runStatus(replayRun(records(...cancelling)))).toBe('cancelling');
    const end = (cancelled: boolean): RunEvent => ({ type: 'runFinished', cancelled, counts: countsOf('ok', 1) });
    expect(runStatus(replayRun(records(...cancelling, end(true))))).toBe('cancelled');
    expect(runStatus(replayRun(records(runCreated(1, 1), end(false))))).toBe('finished');
  });
});
