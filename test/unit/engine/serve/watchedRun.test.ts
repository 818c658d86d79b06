import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../../../src/core/runs/runEvents.ts';
import type { Engine } from '../../../../src/engine/openEngine.ts';
import { openWatchedRun, type WatchedRun } from '../../../../src/engine/serve/watchedRun.ts';
import { openJournal, type JournalFile } from '../../../../src/platform/journalFile.ts';
import { journalPath, runFolder } from '../../../../src/platform/runFolders.ts';
import { systemClock } from '../../../../src/platform/systemClock.ts';
import { runCreated } from '../../../scenario/runWorld.ts';
import { openWorkFolder, type WorkFolder } from '../../../support/workFolder.ts';

const RUN = '20261124-060500-test';
/** Above the largest process number that Linux gives out. */
const DEAD = 2 ** 22 + 1;

let work: WorkFolder;
let folder: string;
let journal: JournalFile;
let isHere: boolean;
let run: WatchedRun;
beforeEach(async () => {
  work = await openWorkFolder();
  folder = runFolder(work.path, RUN);
  await mkdir(path.join(folder, 'lease'), { recursive: true });
  journal = await openJournal(journalPath(folder), 1, systemClock());
  isHere = false;
  const engine = { stateFolder: work.path, config: { providers: {}, prices: {} } } as unknown as Engine;
  run = openWatchedRun(engine, RUN, () => isHere);
});
afterEach(async () => {
  await journal.close();
  await work.remove();
});

async function record(...events: readonly RunEvent[]): Promise<void> {
  for (const event of events) await journal.append(event);
}

/** The newest claim of the run's lease; a heartbeat of 1970 has given it free. */
async function claim(number: number, surface: 'CLI' | 'editor', pid: number, isFree = false): Promise<void> {
  const file = path.join(folder, 'lease', `${String(number).padStart(10, '0')}.json`);
  await writeFile(file, JSON.stringify({ uuid: 'u', pid, host: hostname(), surface }));
  const at = isFree ? 1 : Date.now() / 1000;
  await utimes(file, at, at);
}

describe('the news of a run', () => {
  it('are the header and those chunks that changed, and nothing where nothing did', async () => {
    expect([run.hasBegun(), await run.whole(), await run.changes()]).toEqual([false, null, null]);
    await record(runCreated(3, 10));
    await run.read();
    const whole = await run.whole();
    expect(whole?.chunks.map(({ index, phase }) => [index, phase])).toEqual([
      [1, 'planned'],
      [2, 'planned'],
      [3, 'planned'],
    ]);
    expect(whole?.run).toMatchObject({ runId: RUN, state: 'running', driver: { kind: 'nobody' }, requests: 30 });
    await run.read();
    expect(await run.changes()).toBeNull();
    await record({ type: 'uploadIntent', chunk: 2, attempt: 1, name: 'two', bytes: 100 });
    await run.read();
    const news = await run.changes();
    expect(news?.chunks).toMatchObject([{ index: 2, phase: 'uploading', sentBytes: 0, answered: 0 }]);
    expect(await run.changes()).toBeNull();
  });

  it('tell how far uploads and batches are where this process knows', async () => {
    await record(runCreated(2, 10), { type: 'uploadIntent', chunk: 1, attempt: 1, name: 'one', bytes: 100 });
    await run.read();
    await run.whole();
    isHere = true;
    const news = { chunk: 1, attempt: 1, phase: 'uploading', bytes: 100, requests: 10, batchId: null } as const;
    run.progress({ ...news, sentBytes: 60, answered: 4, rowCounts: null, message: null });
    const changes = await run.changes();
    expect(changes?.chunks).toMatchObject([{ index: 1, sentBytes: 60, answered: 4 }]);
    expect(changes?.run).toMatchObject({ driver: { kind: 'here' }, answered: 4 });
    await record({ type: 'uploaded', chunk: 1, attempt: 1, fileId: 'f', createdAtMs: 0, found: false });
    await run.read();
    const uploaded = await run.changes();
    expect(uploaded?.chunks).toMatchObject([{ phase: 'uploaded', sentBytes: uploaded?.chunks[0]?.bytes }]);
  });

  it('tell no more of an upload once this process has left the run', async () => {
    await record(runCreated(1, 10), { type: 'uploadIntent', chunk: 1, attempt: 1, name: 'one', bytes: 100 });
    await run.read();
    isHere = true;
    const news = { chunk: 1, attempt: 1, phase: 'uploading', bytes: 100, requests: 10, batchId: null } as const;
    run.progress({ ...news, sentBytes: 60, answered: 0, rowCounts: null, message: null });
    expect((await run.changes())?.chunks).toMatchObject([{ sentBytes: 60 }]);
    isHere = false;
    await run.look();
    expect((await run.changes())?.chunks).toMatchObject([{ index: 1, sentBytes: 0 }]);
  });

  it('name no problem that another process did not have with the run', async () => {
    await record(runCreated(1, 10));
    await run.read();
    run.setProblem('The key is wrong.');
    await claim(1, 'CLI', process.pid);
    await run.look();
    await claim(1, 'CLI', process.pid, true);
    await run.look();
    expect((await run.whole())?.run).toMatchObject({ driver: { kind: 'nobody' }, problem: null });
  });

  it('name a problem only while nobody drives the run, and one of their own where chunks are in doubt', async () => {
    await record(runCreated(1, 10));
    await run.read();
    run.setProblem('The key is wrong.');
    expect((await run.whole())?.run.problem).toBe('The key is wrong.');
    isHere = true;
    expect((await run.changes())?.run.problem).toBeNull();
    isHere = false;
    run.setProblem(null);
    await record({ type: 'unsettled', chunk: 1, attempt: 1, message: 'Nobody can tell.' });
    await run.read();
    expect((await run.changes())?.run.problem).toBe('Nobody can tell.');
  });
});

describe('a run that its owner leaves', () => {
  beforeEach(async () => {
    await record(runCreated(1, 10));
    await run.read();
  });

  it('is forsaken once, when its editor is closed', async () => {
    await claim(1, 'editor', process.pid);
    expect([await run.look(), run.driver().kind]).toEqual([false, 'elsewhere']);
    await claim(1, 'editor', DEAD, true);
    expect([await run.look(), run.driver().kind]).toEqual([true, 'nobody']);
    expect(await run.look()).toBe(false);
  });

  it('is not while the editor that gave it free lives: it may have failed with it', async () => {
    await claim(1, 'editor', process.pid);
    await run.look();
    await claim(1, 'editor', process.pid, true);
    expect([await run.look(), run.driver().kind]).toEqual([false, 'nobody']);
    await claim(1, 'editor', DEAD, true);
    expect(await run.look()).toBe(true);
  });

  it('is not when somebody stopped the command line, but when that died', async () => {
    await claim(1, 'CLI', process.pid);
    await run.look();
    await claim(1, 'CLI', DEAD, true);
    expect(await run.look()).toBe(false);
    await claim(2, 'CLI', process.pid);
    await run.look();
    await claim(2, 'CLI', DEAD);
    expect(await run.look()).toBe(true);
  });

  it('is not when another took it meanwhile', async () => {
    await claim(1, 'editor', process.pid);
    await run.look();
    await claim(2, 'editor', process.pid);
    expect([await run.look(), run.driver().kind]).toEqual([false, 'elsewhere']);
  });
});
