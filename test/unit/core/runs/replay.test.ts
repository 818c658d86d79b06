import { describe, expect, it } from 'vitest';
import { applyEvent, replayRun } from '../../../../src/core/runs/replay.ts';
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

  it('takes time in proportion to its events, however many chunks there are', () => {
    const CHUNKS = 10_000;
    const chunks = Array.from({ length: CHUNKS }, (_, at) => ({
      index: at + 1,
      rows: 1,
      requests: 1,
      bytes: 1,
      tokens: 1,
    }));
    const seen = (chunk: number): RunEvent => ({
      type: 'statusSeen',
      chunk,
      attempt: 1,
      status: 'in_progress',
      counts: null,
    });
    const all = records({ ...runCreated(1, 1), chunks }, ...chunks.flatMap(({ index }) => [seen(index), seen(index)]));
    const startMs = performance.now();
    expect([...replayRun(all).chunks.values()].every(({ phase }) => phase === 'inProgress')).toBe(true);
    expect(performance.now() - startMs).toBeLessThan(2_000);
  });

  it('replays the same as one event after another, and leaves what it was given alone', () => {
    const all = records(runCreated(2, 1), { type: 'uploadIntent', chunk: 2, attempt: 1, name: 'n', bytes: 1 });
    const before = replayRun(all.slice(0, 1));
    const after = all.slice(1).reduce(applyEvent, before);
    expect(after).toEqual(replayRun(all));
    expect(before.chunks.get(2)?.phase).toBe('planned');
  });

  it('knows cancelling, cancelled and finished', () => {
    const cancelling = [runCreated(1, 1), { type: 'cancelIntent' }] as const;
    expect(runStatus(replayRun(records(...cancelling)))).toBe('cancelling');
    const end = (cancelled: boolean): RunEvent => ({ type: 'runFinished', cancelled, counts: countsOf('ok', 1) });
    expect(runStatus(replayRun(records(...cancelling, end(true))))).toBe('cancelled');
    expect(runStatus(replayRun(records(runCreated(1, 1), end(false))))).toBe('finished');
  });
});
