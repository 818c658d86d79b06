import { appendFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { countsOf } from '../../../../src/core/runs/rowCounts.ts';
import type { RunEvent } from '../../../../src/core/runs/runEvents.ts';
import type { Engine } from '../../../../src/engine/openEngine.ts';
import { openRunWatch, type RunWatch } from '../../../../src/engine/serve/runWatch.ts';
import { journalLine } from '../../../../src/platform/journalLines.ts';
import { journalPath, runFolder } from '../../../../src/platform/runFolders.ts';
import { runCreated } from '../../../scenario/runWorld.ts';
import { until } from '../../../support/cli.ts';
import { openWorkFolder, type WorkFolder } from '../../../support/workFolder.ts';

let work: WorkFolder;
let runs: RunWatch;
let told: string[];
let problems: (string | null)[];
beforeEach(async () => {
  work = await openWorkFolder();
  told = [];
  problems = [];
  const engine = { stateFolder: work.path, config: { providers: {}, prices: {} } } as unknown as Engine;
  runs = openRunWatch(
    async () => engine,
    () => false,
    {
      onChange: ({ run, chunks }) => {
        told.push(`${run.runId} ${run.state} ${chunks.length}`);
        problems.push(run.problem);
      },
      onRemoved: (runId) => told.push(`${runId} removed`),
      onForsaken: (runId) => told.push(`${runId} forsaken`),
      onTrouble: (message) => told.push(message),
    },
  );
});
afterEach(async () => {
  runs.close();
  await work.remove();
});

const idOf = (day: number): string => `202611${String(day).padStart(2, '0')}-060500-test`;
const FINISHED: RunEvent = { type: 'runFinished', cancelled: false, counts: countsOf('ok', 10) };

async function journal(day: number, chunks: number, ...events: readonly RunEvent[]): Promise<string> {
  const runId = idOf(day);
  await mkdir(runFolder(work.path, runId), { recursive: true });
  const all = [{ ...runCreated(chunks, 1), runId }, ...events];
  const lines = all.map((event, at) => journalLine({ seq: at + 1, fence: 1, at: new Date(0).toISOString(), ...event }));
  await writeFile(journalPath(runFolder(work.path, runId)), lines.join(''));
  return runId;
}

it('gives all runs, newest first, and those that are damaged with their sentence', async () => {
  await journal(1, 2, FINISHED);
  await journal(3, 2);
  await mkdir(runFolder(work.path, idOf(4)), { recursive: true }); // not begun
  await writeFile(journalPath(runFolder(work.path, await journal(2, 1))), 'broken\nbroken\n');
  const { runs: found, damaged } = await runs.all();
  expect(found.map(({ run, chunks }) => [run.runId, run.state, chunks.length])).toEqual([
    [idOf(3), 'running', 2],
    [idOf(1), 'finished', 2],
  ]);
  expect(damaged).toEqual([{ runId: idOf(2), message: expect.stringContaining('is broken') as string }]);
  expect(await runs.forsaken()).toEqual([idOf(3)]);
});

it('says once why a run cannot be read, and follows it as soon as it can', async () => {
  const runId = idOf(1);
  const file = journalPath(runFolder(work.path, runId));
  await mkdir(file, { recursive: true });
  expect((await runs.all()).damaged).toMatchObject([{ runId }]);
  const trouble = `Run ${runId}: ${file} cannot be read (EISDIR).`;
  await until(() => told.includes(trouble));
  await new Promise((resolve) => setTimeout(resolve, 2_200));
  expect(told).toEqual([trouble]);
  await rm(file, { recursive: true });
  await journal(1, 2);
  await until(() => told.includes(`${runId} running 2`));
  expect(await runs.forsaken()).toEqual([runId]);
});

it('shows what is wrong with a journal that broke while it was followed, and follows on once it is mended', async () => {
  const runId = await journal(1, 2);
  await runs.all();
  await appendFile(journalPath(runFolder(work.path, runId)), 'broken\nbroken\n');
  await until(() => problems.some((problem) => problem?.includes('Line 2 of') === true));
  expect(await runs.all()).toMatchObject({ runs: [{ run: { runId, state: 'running' } }], damaged: [] });
  await journal(1, 2, { type: 'note', message: 'mended' });
  await until(() => problems.at(-1) === null);
  await journal(1, 2, { type: 'note', message: 'mended' }, FINISHED);
  await until(() => told.includes(`${runId} finished 0`));
});

it('leaves out the chunks of older finished runs where there are many', async () => {
  for (const day of [1, 2, 3, 4]) await journal(day, 2_000, FINISHED);
  await journal(5, 2_000);
  const { runs: found } = await runs.all();
  expect(found.map(({ chunks }) => chunks.length)).toEqual([2_000, 2_000, 2_000, 0, 0]);
  expect(found.map(({ run }) => run.chunks.total)).toEqual([2_000, 2_000, 2_000, 2_000, 2_000]);
});

it('tells of runs that come, change, end and go, and of nothing once it is closed', async () => {
  const old = await journal(1, 2, FINISHED);
  await runs.all();
  const runId = await journal(2, 3);
  await until(() => told.includes(`${runId} running 3`));
  await journal(2, 3, { type: 'uploadIntent', chunk: 2, attempt: 1, name: 'two', bytes: 1 });
  await until(() => told.includes(`${runId} running 1`));
  await journal(2, 3, { type: 'uploadIntent', chunk: 2, attempt: 1, name: 'two', bytes: 1 }, FINISHED);
  await until(() => told.includes(`${runId} finished 0`));
  await rm(runFolder(work.path, old), { recursive: true });
  await until(() => told.includes(`${old} removed`));
  expect(told).toHaveLength(4);
  runs.close();
  await journal(3, 1);
  await new Promise((resolve) => setTimeout(resolve, 1_300));
  expect(told).toHaveLength(4);
});
