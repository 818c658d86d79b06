import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ReadEnv } from '../../../../src/core/datasets/formatReader.ts';
import type { WorkPool } from '../../../../src/core/pipeline/workPool.ts';
import { beginRun, type BeginOptions, type PlannedRun } from '../../../../src/engine/runs/beginRun.ts';
import type { Engine } from '../../../../src/engine/openEngine.ts';
import { newHasher } from '../../../../src/platform/newHasher.ts';
import { acquireLease } from '../../../../src/platform/lease.ts';
import { newRunId } from '../../../../src/platform/runFolders.ts';
import { openWorkFolder, type WorkFolder } from '../../../support/workFolder.ts';

const NEVER = new AbortController().signal;
const ONE: BeginOptions = { replace: false, another: false };

let folder: WorkFolder;
let engine: Engine;
beforeEach(async () => {
  vi.stubGlobal('__VERSION__', 'test');
  folder = await openWorkFolder();
  engine = {
    env: {} as ReadEnv,
    pool: {} as WorkPool,
    newHasher,
    config: { maxUsd: null, providers: {}, prices: {} } as unknown as Engine['config'],
    environment: {},
    surface: 'CLI',
    apiKey: () => null,
    stateFolder: folder.path,
  };
});
afterEach(async () => {
  vi.unstubAllGlobals();
  await folder.remove();
});

/** A plan of one row, as `planRun` leaves it. */
async function planned(planHash: string): Promise<PlannedRun> {
  const runId = newRunId(Date.now());
  await mkdir(path.join(folder.path, 'planned', runId), { recursive: true });
  const request = { endpoint: '/v1/chat/completions', model: 'm' };
  return {
    job: { name: 'j', path: '/j', request, results: { uri: path.join(folder.path, 'out') } },
    plan: { planHash, rows: 0, notPlannedRows: 0, chunks: [], cost: { greatest: { known: 'exact', high: 0 } } },
    provider: { name: 'rehearsal', kind: 'rehearsal', baseUrl: null, apiKeyEnv: null, priceList: 'free' },
    runId,
    discard: async () => undefined,
  } as unknown as PlannedRun;
}

async function beginAll(hashes: readonly string[], options: BeginOptions): Promise<(string | null)[]> {
  const plans = await Promise.all(hashes.map(planned));
  const begun = await Promise.all(plans.map((plan) => beginRun(engine, plan, options, NEVER)));
  return Promise.all(
    begun.map(async (one) => {
      if ('unfinished' in one) return one.unfinished.created.runId;
      await one.owned.close();
      return null;
    }),
  );
}

describe('runs that begin at the same time', () => {
  it('of one plan are one run, which all the others find', async () => {
    const found = await beginAll(Array<string>(5).fill('a'.repeat(64)), ONE);
    const runs = await readdir(path.join(folder.path, 'runs'));
    expect(runs).toHaveLength(1);
    expect(found.filter((runId) => runId === null)).toHaveLength(1);
    expect(new Set(found.filter((runId) => runId !== null))).toEqual(new Set(runs));
  });

  it('of other plans, or asked to be others, are runs of their own', async () => {
    expect(await beginAll(['a'.repeat(64), 'b'.repeat(64)], ONE)).toEqual([null, null]);
    expect(await beginAll(['a'.repeat(64), 'b'.repeat(64)], { ...ONE, another: true })).toEqual([null, null]);
    expect(await readdir(path.join(folder.path, 'runs'))).toHaveLength(4);
  });

  it('wait for each other only as long as they are not stopped', async () => {
    const lease = await acquireLease(path.join(folder.path, 'beginning'), { what: 'x', surface: 'CLI', minFence: 0 });
    const stop = new AbortController();
    const begun = beginRun(engine, await planned('a'.repeat(64)), ONE, stop.signal);
    setTimeout(() => stop.abort(), 20);
    await expect(begun).rejects.toMatchObject({ code: 'cancelled' });
    await lease.release();
    expect(await beginAll(['a'.repeat(64)], ONE)).toEqual([null]);
  });
});
