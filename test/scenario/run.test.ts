import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { cancelRun, driveRun } from '../../src/core/runs/driveRun.ts';
import { replayRun } from '../../src/core/runs/replay.ts';
import type { RunProgress } from '../../src/core/runs/runPorts.ts';
import { readJournal } from '../../src/platform/journalFile.ts';
import { batchesPerAttempt, listAll, openSession, openWorld, QUICK, renderChunk, type World } from './runWorld.ts';

const signal = new AbortController().signal;
let world: World | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});

/** Batch inputs that lie at the provider. */
async function countInputs({ service }: World): Promise<number> {
  const answer = await fetch(`${service.url}/files?purpose=batch`, { headers: { authorization: 'Bearer test' } });
  return ((await answer.json()) as { data: unknown[] }).data.length;
}

describe('a run', () => {
  it('sends every chunk once, brings the answers back and counts every row', async () => {
    world = await openWorld();
    const { deps, run, progress } = await openSession(world, { chunks: 5, rows: 20 });
    const end = await driveRun(deps, run, signal);
    expect(end).toMatchObject({ state: 'finished', batchesCreated: 5, counts: { in: 100, ok: 100 } });
    expect(Object.values(await batchesPerAttempt(world.api))).toEqual([1, 1, 1, 1, 1]);
    const phases = progress
      .filter((one) => one.kind === 'chunk' && one.chunk === 1)
      .map((one) => (one as { phase: string }).phase);
    expect([...new Set(phases)].slice(0, 3)).toEqual(['rendering', 'uploading', 'uploaded']);
    expect(phases.at(-1)).toBe('done');
  });

  it('waits with many chunks at once without leaving listeners behind', async () => {
    world = await openWorld({ faults: ['queue-full*30'] });
    const warnings: string[] = [];
    const onWarning = (warning: Error): void => void warnings.push(warning.message);
    process.on('warning', onWarning);
    const { deps, run } = await openSession(world, { chunks: 40, rows: 1 });
    expect(await driveRun(deps, run, signal)).toMatchObject({ state: 'finished', counts: { ok: 40 } });
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
  });

  it('carries run, chunk, hash, rows, attempt, fence and version in each batch and in the file name', async () => {
    world = await openWorld();
    const { deps, run } = await openSession(world, { chunks: 1, rows: 3 });
    await driveRun(deps, run, signal);
    const [batch] = await listAll(world.api);
    expect(batch?.metadata).toMatchObject({
      tranche_run: run.created.runId,
      chunk: '1',
      rows: '3',
      attempt: '1',
      fence: '1',
    });
    const journal = await readFile(path.join(world.folder, 'journal.jsonl'), 'utf8');
    expect(journal).toMatch(/tranche-20261124-060500-test-0001-a1-[0-9a-f]{8}\.jsonl/);
  });

  it('keeps the key out of its journal', async () => {
    world = await openWorld({ faults: ['error-before@upload*1', 'rate-limit@create=0*1'] });
    const { deps, run } = await openSession(world, { chunks: 2, rows: 3 });
    await driveRun(deps, run, signal);
    expect(await readFile(path.join(world.folder, 'journal.jsonl'), 'utf8')).not.toContain('sk-test');
  });

  it.each([
    'error-after@create*2',
    'drop-after@create*2',
    'error-before@create*2',
    'drop-before@create*2',
    'error-after@upload*2',
    'drop-after@upload*2',
    'drop-before@upload*2',
    'rate-limit@create=0*3',
    'rate-limit@upload=0*3',
    'file-not-found=2',
    'error-before@batch-list*2',
    'drop-content=0.5*2',
  ])('creates one batch per chunk in spite of %s', async (fault) => {
    world = await openWorld({ faults: [fault] });
    const { deps, run } = await openSession(world, { chunks: 3, rows: 10 });
    const end = await driveRun(deps, run, signal);
    expect(end).toMatchObject({ state: 'finished', counts: { in: 30, ok: 30 } });
    expect(await batchesPerAttempt(world.api)).toEqual({ '1-a1': 1, '2-a1': 1, '3-a1': 1 });
    expect(await countInputs(world)).toBe(3);
  });

  it('waits for room in a full queue and uses the same file again, as a new attempt', async () => {
    world = await openWorld({ faults: ['queue-full*2'] });
    const { deps, run, progress } = await openSession(world, { chunks: 3, rows: 10 });
    const end = await driveRun(deps, run, signal);
    expect(end).toMatchObject({ state: 'finished', counts: { in: 30, ok: 30 }, batchesCreated: 5 });
    expect(progress.some((one) => one.kind === 'chunk' && one.phase === 'waitingForRoom')).toBe(true);
    const batches = await listAll(world.api);
    expect(new Set(batches.map(({ inputFileId }) => inputFileId)).size).toBe(3);
    expect(Object.values(await batchesPerAttempt(world.api)).every((count) => count === 1)).toBe(true);
  });

  it('learns the queue limit and never has more in it', async () => {
    world = await openWorld({ limits: { queueTokens: 700 } });
    const { deps, run } = await openSession(world, { chunks: 6, rows: 20 });
    const end = await driveRun(deps, run, signal);
    expect(end).toMatchObject({ state: 'finished', counts: { in: 120, ok: 120 } });
    expect(Object.values(await batchesPerAttempt(world.api)).every((count) => count === 1)).toBe(true);
  });

  it('fails the rows of a chunk whose file does not pass validation, with the reason, and finishes the others', async () => {
    world = await openWorld({ faults: ['fail-validation=invalid_json_line*1'] });
    const { deps, run } = await openSession(world, { chunks: 3, rows: 10 });
    const end = await driveRun(deps, run, signal);
    expect(end).toMatchObject({ state: 'finished', counts: { in: 30, ok: 20, failed: 10 } });
    const records = await readJournal(path.join(world.folder, 'journal.jsonl'));
    const failed = records.find((one) => one.type === 'terminal' && one.status === 'failed');
    expect(failed).toMatchObject({ problems: [{ code: 'invalid_json_line', line: 1 }] });
  });

  it('keeps what an expired batch did', async () => {
    world = await openWorld({ faults: ['expire=0.5*1'] });
    const { deps, run } = await openSession(world, { chunks: 2, rows: 10 });
    const end = await driveRun(deps, run, signal);
    expect(end.counts).toMatchObject({ in: 20 });
    expect(end.counts.ok).toBeLessThan(20);
    expect(end.counts.ok).toBeGreaterThanOrEqual(10);
  });

  it('downloads both files when every row failed', async () => {
    world = await openWorld({ faults: ['null-output'] });
    const { deps, run } = await openSession(world, { chunks: 1, rows: 10 });
    expect(await driveRun(deps, run, signal)).toMatchObject({ counts: { in: 10, failed: 10 } });
  });
});

describe('stopping and cancelling', () => {
  it('stops our work but not the batches, and goes on where it was', async () => {
    world = await openWorld({ timeline: { validatingMs: 10, inProgressMs: 300, finalizingMs: 10 } });
    const stop = new AbortController();
    const onProgress = (one: RunProgress): void => {
      if (one.kind === 'chunk' && one.phase === 'inProgress') stop.abort();
    };
    const first = await openSession(world, { chunks: 2, rows: 10 }, { onProgress });
    await expect(driveRun(first.deps, first.run, stop.signal)).rejects.toMatchObject({ code: 'cancelled' });
    expect((await listAll(world.api)).map(({ status }) => status)).not.toContain('cancelling');
    const second = await openSession(world, { chunks: 2, rows: 10 });
    const end = await driveRun(second.deps, second.run, signal);
    expect(end).toMatchObject({ state: 'finished', batchesCreated: 2, counts: { ok: 20 } });
    expect(second.rendered).toEqual([]);
  });

  it('cancels batches at the provider and keeps what they did', async () => {
    world = await openWorld({
      faults: ['stuck=0.5'],
      timeline: { validatingMs: 10, inProgressMs: 20, finalizingMs: 10 },
    });
    const stop = new AbortController();
    const onProgress = (one: RunProgress): void => {
      if (one.kind === 'chunk' && one.phase === 'inProgress') stop.abort();
    };
    const first = await openSession(world, { chunks: 2, rows: 10 }, { onProgress });
    await expect(driveRun(first.deps, first.run, stop.signal)).rejects.toMatchObject({ code: 'cancelled' });
    const second = await openSession(world, { chunks: 2, rows: 10 });
    const end = await cancelRun(second.deps, second.run, signal);
    expect(end.state).toBe('cancelled');
    expect(end.counts.in).toBe(20);
    expect((await listAll(world.api)).map(({ status }) => status)).toEqual(
      (await listAll(world.api)).map(() => 'cancelled'),
    );
    const records = await readJournal(path.join(world.folder, 'journal.jsonl'));
    expect(replayRun(records).finished).toMatchObject({ cancelled: true });
  });

  it('writes the results again on resume when that failed, without sending anything', async () => {
    world = await openWorld();
    const first = await openSession(
      world,
      { chunks: 1, rows: 5 },
      { writeResults: () => Promise.reject(new Error('full')) },
    );
    await expect(driveRun(first.deps, first.run, signal)).rejects.toThrow('full');
    const second = await openSession(world, { chunks: 1, rows: 5 });
    expect(await driveRun(second.deps, second.run, signal)).toMatchObject({ state: 'finished', counts: { ok: 5 } });
    expect(await batchesPerAttempt(world.api)).toEqual({ '1-a1': 1 });
  });

  it('refuses to go on with a chunk that renders differently from what was sent', async () => {
    world = await openWorld({ faults: ['error-before@upload'] });
    const size = { chunks: 1, rows: 5 };
    const first = await openSession(world, size, { tuning: { ...QUICK, patienceMs: 30 } });
    await expect(driveRun(first.deps, first.run, signal)).rejects.toMatchObject({ code: 'network' });
    const renderOther = async function* () {
      yield { ...renderChunk(1, 5), sha256: 'f'.repeat(64) };
    };
    const second = await openSession(world, size, { renderChunks: renderOther });
    await expect(driveRun(second.deps, second.run, signal)).rejects.toMatchObject({ code: 'changed' });
  });
});
