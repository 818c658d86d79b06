import { afterEach, describe, expect, it } from 'vitest';
import { cancelRun, driveRun } from '../../src/core/runs/driveRun.ts';
import type { RunDeps, RunProgress } from '../../src/core/runs/runPorts.ts';
import type { BatchApi, RemoteBatch } from '../../src/core/submit/batchApi.ts';
import { ProviderError } from '../../src/core/submit/providerError.ts';
import { batchesPerAttempt, openSession, openWorld, QUICK, type Session, type World } from './runWorld.ts';

const signal = new AbortController().signal;
const SIZE = { chunks: 2, rows: 5 };
const TUNING = { ...QUICK, freshMs: 60 };
let world: World | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});

function failure(status: number, code: 'network' | 'refusedByProvider' = 'refusedByProvider'): ProviderError {
  const fault = { status, providerCode: null, providerMessage: 'no', retryAfterMs: null, mayPass: false };
  return new ProviderError(code, `Status ${status}.`, fault);
}

const isFirst = ({ metadata }: RemoteBatch): boolean => metadata['chunk'] === '1';

/** The service, to which the first chunk's batch or answer file (`what`) is unknown for a number of asks. */
function forgetful(api: BatchApi, what: 'batch' | 'file', times: number): BatchApi {
  let left = times;
  const files = new Set<string>();
  const forget = (batch: RemoteBatch): RemoteBatch => {
    if (!isFirst(batch)) return batch;
    if (what === 'batch' && left-- > 0) throw failure(404);
    if (batch.outputFileId !== null) files.add(batch.outputFileId);
    return batch;
  };
  return {
    ...api,
    listBatches: async function* (own) {
      for await (const batch of api.listBatches(own)) if (what === 'file' || !isFirst(batch)) yield batch;
    },
    retrieveBatch: async (id, own) => forget(await api.retrieveBatch(id, own)),
    cancelBatch: async (id, own) => {
      forget(await api.retrieveBatch(id, own));
      return api.cancelBatch(id, own);
    },
    download: async function* (id, own) {
      if (what === 'file' && files.has(id) && left-- > 0) throw failure(404);
      yield* api.download(id, own);
    },
  };
}

async function session(change: Partial<RunDeps>): Promise<Session> {
  if (world === undefined) throw new Error('no world');
  return openSession(world, SIZE, { tuning: TUNING, ...change });
}

describe.each(['batch', 'file'] as const)('a %s the provider does not know', (what) => {
  it('is asked for again while it is fresh', async () => {
    world = await openWorld();
    const { deps, run } = await session({ api: forgetful(world.api, what, 2), tuning: { ...QUICK, freshMs: 5_000 } });
    expect(await driveRun(deps, run, signal)).toMatchObject({ state: 'finished', counts: { ok: 10 } });
  });

  it('stops the run when all other chunks are done, and it can be resumed', async () => {
    world = await openWorld();
    const first = await session({ api: forgetful(world.api, what, Infinity) });
    await expect(driveRun(first.deps, first.run, signal)).rejects.toMatchObject({ code: 'refusedByProvider' });
    const isDone = (one: RunProgress): boolean => one.kind === 'chunk' && one.chunk === 2 && one.phase === 'done';
    expect(first.progress.some(isDone)).toBe(true);
    const second = await session({});
    expect(await driveRun(second.deps, second.run, signal)).toMatchObject({ state: 'finished', counts: { ok: 10 } });
    expect(await batchesPerAttempt(world.api)).toEqual({ '1-a1': 1, '2-a1': 1 });
  });

  it('does not keep the run from being cancelled, and is told', async () => {
    world = await openWorld();
    const api = forgetful(world.api, what, Infinity);
    const first = await session({ api });
    await expect(driveRun(first.deps, first.run, signal)).rejects.toMatchObject({ code: 'refusedByProvider' });
    const second = await session({ api });
    const end = await cancelRun(second.deps, second.run, signal);
    expect(end).toMatchObject({ state: 'cancelled', counts: { in: 10, ok: 5, missing: 5 } });
    expect(second.progress.some(({ message }) => /does not know .* any more/.test(message ?? ''))).toBe(true);
  });
});

describe('a full queue', () => {
  it('is not blocked by a chunk that left it without a word', async () => {
    world = await openWorld();
    const { api } = world;
    const tried = new Set<string>();
    const unsure: BatchApi = {
      ...api,
      createBatch: async (request, own) => {
        const chunk = request.metadata['chunk'] ?? '';
        const fault = { ...failure(400).fault, providerCode: 'token_limit_exceeded' };
        if (!tried.has(chunk)) {
          tried.add(chunk);
          throw new ProviderError('refusedByProvider', 'Full.', fault);
        }
        if (chunk === '1') throw failure(500, 'network');
        return api.createBatch(request, own);
      },
      listBatches: () => ({ [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(failure(404)) }) }),
    };
    const { deps, run } = await session({ api: unsure });
    expect(await driveRun(deps, run, signal)).toMatchObject({ state: 'unsettled', counts: { in: 5, ok: 5 } });
  });
});

describe('an ended batch', () => {
  it('is asked itself before its end is believed', async () => {
    world = await openWorld();
    const { api } = world;
    const hasty: BatchApi = {
      ...api,
      listBatches: async function* (own) {
        for await (const batch of api.listBatches(own)) yield { ...batch, status: 'completed', outputFileId: null };
      },
    };
    const { deps, run } = await session({ api: hasty });
    expect(await driveRun(deps, run, signal)).toMatchObject({ state: 'finished', counts: { ok: 10 } });
  });

  it.each([2, Infinity])('that has answers but no file is looked at again (%d times)', async (times) => {
    world = await openWorld();
    const { api } = world;
    let left = times;
    const bare: BatchApi = {
      ...api,
      retrieveBatch: async (id, own) => {
        const batch = await api.retrieveBatch(id, own);
        return isFirst(batch) && batch.status === 'completed' && left-- > 0 ? { ...batch, outputFileId: null } : batch;
      },
    };
    const first = await session({ api: bare });
    const end = driveRun(first.deps, first.run, signal);
    if (times === 2) return expect(await end).toMatchObject({ state: 'finished', counts: { ok: 10 } });
    await expect(end).rejects.toMatchObject({ code: 'unsettled' });
    const second = await session({});
    expect(await driveRun(second.deps, second.run, signal)).toMatchObject({ state: 'finished', counts: { ok: 10 } });
  });
});

describe('a cancel the provider refuses', () => {
  it('is sent again while the batch goes on', async () => {
    world = await openWorld({ faults: ['stuck=0.5'] });
    const { api } = world;
    const stop = new AbortController();
    const onProgress = (one: RunProgress): void => {
      if (one.kind === 'chunk' && one.phase === 'inProgress') stop.abort();
    };
    const first = await session({ onProgress });
    await expect(driveRun(first.deps, first.run, stop.signal)).rejects.toMatchObject({ code: 'cancelled' });
    let calls = 0;
    const busy: BatchApi = {
      ...api,
      cancelBatch: (id, own) => (++calls <= 3 ? Promise.reject(failure(409, 'network')) : api.cancelBatch(id, own)),
    };
    const second = await session({ api: busy });
    expect(await cancelRun(second.deps, second.run, signal)).toMatchObject({ state: 'cancelled' });
    expect(calls).toBeGreaterThan(3);
  });
});
