import { expect, it } from 'vitest';
import { openRunProgress } from '../../../src/cli/runProgress.ts';
import { replayRun } from '../../../src/core/runs/replay.ts';
import { countsOf } from '../../../src/core/runs/rowCounts.ts';
import { runCreated } from '../../scenario/runWorld.ts';

it('a resumed run shows the chunks that were done before', () => {
  const at = '2026-11-24T06:05:00.000Z';
  const run = replayRun([
    { ...runCreated(4, 10), seq: 1, at, fence: 1 },
    { type: 'chunkDone', chunk: 1, attempt: 1, end: 'completed', counts: countsOf('ok', 10), seq: 2, at, fence: 1 },
    { type: 'chunkDone', chunk: 2, attempt: 1, end: 'completed', counts: countsOf('ok', 10), seq: 3, at, fence: 1 },
  ]);
  const shown: string[] = [];
  const progress = {
    show: ([head = '']: readonly string[]) => void shown.push(head),
    note: () => undefined,
    end: () => undefined,
  };
  const news = { kind: 'chunk', chunk: 3, attempt: 1, phase: 'done', bytes: 1, sentBytes: 1, answered: 10 } as const;
  openRunProgress(run, progress)({ ...news, requests: 10, batchId: null, rowCounts: null, message: null });
  expect(shown).toEqual([expect.stringMatching(/ 75 % {2}3\/4 chunks /)]);
});
