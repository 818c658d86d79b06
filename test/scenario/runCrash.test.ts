import { appendFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { driveRun } from '../../src/core/runs/driveRun.ts';
import type { RunDeps } from '../../src/core/runs/runPorts.ts';
import { batchesPerAttempt, openSession, openWorld, type World } from './runWorld.ts';

const CHUNKS = 2;
const ROWS = 6;
const SIZE = { chunks: CHUNKS, rows: ROWS };

/** A process that dies at its nth step: before the step, or after it was carried out but before its answer is known. */
interface Bomb {
  readonly step: <T>(call: () => Promise<T>) => Promise<T>;
  readonly steps: () => number;
}

function openBomb(at: number, when: 'before' | 'after'): Bomb {
  let steps = 0;
  let isDead = false;
  const die = (): never => {
    isDead = true;
    throw new Error('killed');
  };
  return {
    steps: () => steps,
    step: async (call) => {
      if (isDead) die();
      const isNow = ++steps === at;
      if (isNow && when === 'before') die();
      const answer = await call();
      if (isDead || isNow) die();
      return answer;
    },
  };
}

function mined(deps: RunDeps, { step }: Bomb): RunDeps {
  const { api, journal, files } = deps;
  return {
    ...deps,
    journal: { append: (event) => step(() => journal.append(event)) },
    files: { ...files, save: (name, pieces, signal) => step(() => files.save(name, pieces, signal)) },
    collectChunk: (answers, signal) => step(() => deps.collectChunk(answers, signal)),
    api: {
      ...api,
      upload: (request, onSent, signal) => step(() => api.upload(request, onSent, signal)),
      findUploaded: (name, bytes, sinceMs, signal) => step(() => api.findUploaded(name, bytes, sinceMs, signal)),
      createBatch: (request, signal) => step(() => api.createBatch(request, signal)),
      retrieveBatch: (id, signal) => step(() => api.retrieveBatch(id, signal)),
    },
  };
}

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(async () => {
  await world.close();
});

/** Runs with a crash at each of the given steps in turn, then to the end. */
async function runWithCrashes(
  runId: string,
  crashes: readonly { at: number; when: 'before' | 'after'; torn?: boolean }[],
): Promise<{ steps: number; crashed: number }> {
  const signal = new AbortController().signal;
  const folder = path.join(world.folder, runId);
  await mkdir(folder);
  let crashed = 0;
  for (const { at, when, torn } of crashes) {
    const { deps, run, journal } = await openSession(world, { ...SIZE, runId, folder });
    if (run.finished !== null) break;
    await driveRun(mined(deps, openBomb(at, when)), run, signal).catch((error: Error) => {
      expect(error.message).toBe('killed');
      crashed++;
    });
    await journal.close();
    if (torn === true) await appendFile(path.join(folder, 'journal.jsonl'), '{"seq":99,"at":"20');
  }
  const bomb = openBomb(Infinity, 'before');
  const { deps, run } = await openSession(world, { ...SIZE, runId, folder });
  const end = await driveRun(mined(deps, bomb), run, signal);
  expect(end).toMatchObject({ state: 'finished', counts: { in: CHUNKS * ROWS, ok: CHUNKS * ROWS } });
  expect(await batchesPerAttempt(world.api, runId)).toEqual({ '1-a1': 1, '2-a1': 1 });
  return { steps: bomb.steps(), crashed };
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: 6 }, worker));
}

describe('a run that is killed', () => {
  it('ends with the same rows and one batch per chunk, whatever step it dies before or after', async () => {
    const { steps } = await runWithCrashes('20261124-000000-whole', []);
    expect(steps).toBeGreaterThan(20);
    const crashes = Array.from({ length: steps }, (_, at) => at + 1).flatMap((at) => [
      { at, when: 'before' as const },
      { at, when: 'after' as const },
    ]);
    let crashed = 0;
    await inParallel(crashes, async (crash) => {
      const runId = `20261124-000001-${crash.when.slice(0, 2)}${String(crash.at).padStart(3, '0')}`;
      const life = await runWithCrashes(runId, [crash]);
      crashed += life.crashed;
    });
    expect(crashed).toBeGreaterThan(crashes.length * 0.8);
  });

  it('survives being killed again and again, with a torn last line each time', async () => {
    await inParallel([1, 2, 3, 4, 5, 6, 7, 8], async (seed) => {
      const crashes = Array.from({ length: 8 }, (_, turn) => ({
        at: ((seed * 7 + turn * 5) % 11) + 1,
        when: (seed + turn) % 2 === 0 ? ('before' as const) : ('after' as const),
        torn: true,
      }));
      await runWithCrashes(`20261124-000002-seed${seed}`, crashes);
    });
  });
});
