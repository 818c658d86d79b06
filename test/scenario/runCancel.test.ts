import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { driveRun } from '../../src/core/runs/driveRun.ts';
import { replayRun } from '../../src/core/runs/replay.ts';
import type { RunEnd, RunProgress } from '../../src/core/runs/runPorts.ts';
import type { RunState } from '../../src/core/runs/runState.ts';
import type { BatchApi, RemoteBatch } from '../../src/core/submit/batchApi.ts';
import { readJournal } from '../../src/platform/journalFile.ts';
import { until } from '../support/cli.ts';
import { batchesPerAttempt, listAll, openSession, openWorld, QUICK, type World } from './runWorld.ts';

const NEVER = new AbortController().signal;

let world: World | null = null;
afterEach(async () => {
  await world?.close();
  world = null;
});

/** Drives a run and cancels it, while it is driven, once its news are `isTime`. */
async function cancelWhen(
  faults: readonly string[],
  isTime: (news: RunProgress) => boolean,
  chunks = 4,
): Promise<{ world: World; end: RunEnd; run: RunState; tookMs: number }> {
  const opened = await openWorld({ faults });
  world = opened;
  const cancel = new AbortController();
  let atMs = 0;
  const onProgress = (news: RunProgress): void => {
    if (cancel.signal.aborted || !isTime(news)) return;
    atMs = Date.now();
    cancel.abort();
  };
  const { deps, run } = await openSession(opened, { chunks, rows: 10 }, { onProgress });
  const end = await driveRun(deps, run, NEVER, cancel.signal);
  const tookMs = Date.now() - atMs;
  return { world: opened, end, tookMs, run: replayRun(await readJournal(path.join(opened.folder, 'journal.jsonl'))) };
}

const at =
  (phase: string) =>
  (news: RunProgress): boolean =>
    news.kind === 'chunk' && news.phase === phase;

it('cancels batches that are in progress and keeps what they answered', async () => {
  const {
    end,
    run,
    world: there,
  } = await cancelWhen(['stuck'], (news) => news.kind === 'chunk' && news.phase === 'inProgress' && news.answered > 0);
  expect(end).toMatchObject({ state: 'cancelled', counts: { in: 40 } });
  expect(end.counts.ok).toBeGreaterThan(0);
  expect(run.finished).toMatchObject({ cancelled: true });
  expect((await listAll(there.api)).map(({ status }) => status)).not.toContain('in_progress');
});

it('stops an upload that hangs, and creates nothing any more', async () => {
  const { end, world: there, tookMs } = await cancelWhen(['stall@upload'], at('uploading'));
  expect(end).toMatchObject({ state: 'cancelled', counts: { in: 40, missing: 40 }, batchesCreated: 0 });
  expect(await listAll(there.api)).toEqual([]);
  expect(tookMs).toBeLessThan(2_000);
});

it('waits for a batch that is just being created, and cancels it too', async () => {
  const { end, run, world: there } = await cancelWhen(['slow@create=300', 'stuck'], at('creating'), 12);
  expect(end).toMatchObject({ state: 'cancelled', counts: { in: 120 } });
  const batches = await batchesPerAttempt(there.api);
  expect(Object.values(batches).every((count) => count === 1)).toBe(true);
  expect(end.batchesCreated).toBe(Object.keys(batches).length);
  const events = (await readJournal(path.join(there.folder, 'journal.jsonl'))).map(({ type }) => type);
  expect(events).toContain('created');
  expect(events).not.toContain('notCreated'); // nothing was in doubt
  expect(end.batchesCreated).toBeLessThanOrEqual(QUICK.parallelCreates); // those that waited for a place get none
  expect([...run.chunks.values()].every(({ phase }) => phase === 'done')).toBe(true);
});

it('does not wait for room in a full queue any more', async () => {
  const { end, tookMs } = await cancelWhen(['rate-limit@create=60'], at('creating'));
  expect(end).toMatchObject({ state: 'cancelled', counts: { in: 40, missing: 40 }, batchesCreated: 0 });
  expect(tookMs).toBeLessThan(2_000);
});

/** The service says of chunk 1's batch, until it is asked to cancel it, that it has answers, but not where. */
function withoutAnswersOf1(api: BatchApi): BatchApi {
  const shown = (batch: RemoteBatch): RemoteBatch => {
    if (batch.metadata['chunk'] !== '1' || batch.status.startsWith('cancel')) return batch;
    return { ...batch, status: 'completed', outputFileId: null, counts: { total: 10, completed: 10, failed: 0 } };
  };
  return {
    ...api,
    retrieveBatch: async (id, signal) => shown(await api.retrieveBatch(id, signal)),
    listBatches: async function* (signal) {
      for await (const batch of api.listBatches(signal)) yield shown(batch);
    },
  };
}

it('cancels the batches of all chunks although one of them is held up', async () => {
  world = await openWorld({ faults: ['stuck'] });
  const cancel = new AbortController();
  const { deps, run, progress } = await openSession(
    world,
    { chunks: 3, rows: 10 },
    { api: withoutAnswersOf1(world.api) },
  );
  const ending = driveRun(deps, run, NEVER, cancel.signal);
  await until(() => progress.filter(at('inProgress')).length >= 2);
  await new Promise((resolve) => setTimeout(resolve, 500)); // chunk 1 is looked at and given up meanwhile
  cancel.abort();
  expect(await ending).toMatchObject({ state: 'cancelled', counts: { in: 30 }, batchesCreated: 3 });
  expect((await listAll(world.api)).map(({ status }) => status)).not.toContain('in_progress');
});
