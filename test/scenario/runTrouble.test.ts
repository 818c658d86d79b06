import { afterEach, describe, expect, it } from 'vitest';
import { TrancheError } from '../../src/core/errors.ts';
import { cancelRun, driveRun } from '../../src/core/runs/driveRun.ts';
import type { RunProgress } from '../../src/core/runs/runPorts.ts';
import type { BatchApi } from '../../src/core/submit/batchApi.ts';
import { LIST_INCOMPLETE, ProviderError } from '../../src/core/submit/providerError.ts';
import { openHttpServer } from '../support/httpServer.ts';
import { batchesPerAttempt, listAll, openApi, openSession, openWorld, QUICK, type World } from './runWorld.ts';

const signal = new AbortController().signal;
let world: World | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});

function failure(code: 'network' | 'refusedByProvider', status: number | null, message = 'no'): ProviderError {
  const fault = { status, providerCode: null, providerMessage: message, retryAfterMs: null, mayPass: false };
  return new ProviderError(code, message, fault);
}

async function closedAddress(): Promise<string> {
  const server = await openHttpServer(() => undefined);
  await server.close();
  return server.url;
}

const SIZE = { chunks: 2, rows: 5 };

/** The service, but the first creation is carried out without anyone hearing of it. */
function deafOnce(api: BatchApi): BatchApi {
  let isFirst = true;
  return {
    ...api,
    createBatch: async (request, own) => {
      const batch = await api.createBatch(request, own);
      if (!isFirst) return batch;
      isFirst = false;
      throw failure('network', null, 'The connection broke.');
    },
  };
}

/** A service without a list of batches. */
function unlisted(api: BatchApi): BatchApi {
  return {
    ...api,
    listBatches: () => ({
      [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(failure('refusedByProvider', 404)) }),
    }),
  };
}

describe('services that cannot do everything', () => {
  it('are looked at batch by batch where they have no list', async () => {
    world = await openWorld();
    const { deps, run } = await openSession(world, SIZE, { api: unlisted(world.api) });
    expect(await driveRun(deps, run, signal)).toMatchObject({ state: 'finished', counts: { ok: 10 } });
  });

  it.each([404, 400])('are sent a file again where the look for it is refused with status %i', async (status) => {
    world = await openWorld({ faults: ['drop-after@upload*1'] });
    const findUploaded = () => Promise.reject(failure('refusedByProvider', status));
    const { deps, run } = await openSession(world, SIZE, { api: { ...world.api, findUploaded } });
    expect(await driveRun(deps, run, signal)).toMatchObject({ state: 'finished', counts: { ok: 10 } });
  });

  it('leave a chunk unsettled when nobody can tell whether its batch exists; the others are done', async () => {
    world = await openWorld();
    const { deps, run } = await openSession(world, SIZE, { api: unlisted(deafOnce(world.api)) });
    const end = await driveRun(deps, run, signal);
    expect(end).toMatchObject({ state: 'unsettled', counts: { in: 5, ok: 5 } });
    expect(end.unsettled).toHaveLength(1);
    expect(end.unsettled[0]?.message).toMatch(
      /look there for one with input file file-.*resume run .*or cancel the run/,
    );
    expect(await listAll(world.api)).toHaveLength(2);
    const later = await openSession(world, SIZE);
    expect(await driveRun(later.deps, later.run, signal)).toMatchObject({ state: 'finished', counts: { ok: 10 } });
    expect(Object.values(await batchesPerAttempt(world.api))).toEqual([1, 1]);
  });

  it('leave a chunk unsettled when their list is cut short', async () => {
    world = await openWorld();
    const cut: BatchApi = {
      ...deafOnce(world.api),
      listBatches: () => ({
        [Symbol.asyncIterator]: () => ({
          next: () => {
            const fault = { status: null, providerMessage: null, retryAfterMs: null, mayPass: false };
            const error = new ProviderError('refusedByProvider', 'no', { ...fault, providerCode: LIST_INCOMPLETE });
            return Promise.reject(error);
          },
        }),
      }),
    };
    const { deps, run } = await openSession(world, SIZE, { api: cut });
    expect(await driveRun(deps, run, signal)).toMatchObject({ state: 'unsettled', counts: { in: 5, ok: 5 } });
    expect(await listAll(world.api)).toHaveLength(2);
  });

  it('let a person give an unsettled chunk up by cancelling, and say what to look for', async () => {
    world = await openWorld();
    const { deps, run } = await openSession(world, SIZE, { api: unlisted(deafOnce(world.api)) });
    await driveRun(deps, run, signal);
    const later = await openSession(world, SIZE, { api: unlisted(world.api) });
    const end = await cancelRun(later.deps, later.run, signal);
    expect(end).toMatchObject({ state: 'cancelled', counts: { in: 10, ok: 5, missing: 5 } });
    expect(later.progress.some((one) => one.kind === 'note' && one.message.includes('cancel it there'))).toBe(true);
  });

  it('are searched by input file where they keep no metadata', async () => {
    world = await openWorld();
    const { api } = world;
    const bare: BatchApi = {
      ...deafOnce(api),
      listBatches: async function* (own) {
        for await (const batch of api.listBatches(own)) yield { ...batch, metadata: {} };
      },
    };
    const { deps, run } = await openSession(world, SIZE, { api: bare });
    expect(await driveRun(deps, run, signal)).toMatchObject({ state: 'finished', counts: { ok: 10 } });
    expect(await listAll(api)).toHaveLength(2);
  });
});

describe('a creation whose end nobody heard', () => {
  it('is looked for a while after a resume, too: a slow service shows its batch late', async () => {
    world = await openWorld();
    const { api } = world;
    const stop = new AbortController();
    const created: Promise<unknown>[] = [];
    const slow: BatchApi = {
      ...api,
      createBatch: async (request) => {
        created.push(new Promise((resolve) => setTimeout(() => resolve(api.createBatch(request, signal)), 500)));
        stop.abort();
        throw new TrancheError('cancelled', 'Stopped.');
      },
    };
    const size = { chunks: 1, rows: 5 };
    const first = await openSession(world, size, { api: slow });
    await expect(driveRun(first.deps, first.run, stop.signal)).rejects.toMatchObject({ code: 'cancelled' });
    await new Promise((resolve) => setTimeout(resolve, 300));
    const second = await openSession(world, size, { tuning: { ...QUICK, settleMs: [5, 30, 290] } });
    expect(await driveRun(second.deps, second.run, signal)).toMatchObject({ state: 'finished', counts: { ok: 5 } });
    await Promise.all(created);
    expect(await batchesPerAttempt(api)).toEqual({ '1-a1': 1 });
  });
});

describe('a run that cannot go on', () => {
  it('stops at once when the key is not accepted, and goes on with a good one', async () => {
    world = await openWorld({ apiKey: 'sk-right-key-0123456789' });
    const first = await openSession(world, SIZE);
    await expect(driveRun(first.deps, first.run, signal)).rejects.toMatchObject({ code: 'noKey', exitCode: 2 });
    const api = openApi(world.service.url, 'sk-right-key-0123456789');
    const second = await openSession(world, SIZE, { api });
    expect(await driveRun(second.deps, second.run, signal)).toMatchObject({ state: 'finished', counts: { ok: 10 } });
  });

  it('gives up soon when the service never answered', async () => {
    world = await openWorld();
    const notes: string[] = [];
    const onProgress = (one: RunProgress): void => void (one.kind === 'note' && notes.push(one.message));
    const url = await closedAddress();
    const api = openApi(url);
    const tuning = { ...QUICK, patienceFirstMs: 100 };
    const { deps, run } = await openSession(world, SIZE, { api, tuning, onProgress });
    await expect(driveRun(deps, run, signal)).rejects.toMatchObject({
      code: 'network',
      message: `Nothing answers at ${url}; check that the service runs there.`,
    });
    expect(notes.length).toBeLessThanOrEqual(1);
  });

  it('stops before the next call that spends when another process has taken it over', async () => {
    world = await openWorld();
    let calls = 0;
    const verify = async (): Promise<void> => {
      if (++calls > 3) throw new TrancheError('owned', 'Run x is driven by an editor.');
    };
    const { deps, run } = await openSession(world, SIZE, { ownership: { fence: 1, verify } });
    await expect(driveRun(deps, run, signal)).rejects.toMatchObject({ code: 'owned' });
    expect((await listAll(world.api)).length).toBeLessThan(2);
  });

  it('sends nothing more when its disk fails', async () => {
    world = await openWorld();
    const session = await openSession(world, SIZE);
    const { journal } = session.deps;
    const append: typeof journal.append = (event) =>
      event.type === 'createIntent'
        ? Promise.reject(new TrancheError('disk', 'The disk is full.'))
        : journal.append(event);
    const deps = { ...session.deps, journal: { append } };
    await expect(driveRun(deps, session.run, signal)).rejects.toMatchObject({ code: 'disk' });
    expect(await listAll(world.api)).toEqual([]);
  });

  it('stops when the first thing it asks is refused, and spends nothing', async () => {
    world = await openWorld();
    const api = {
      ...world.api,
      createBatch: () => Promise.reject(failure('refusedByProvider', 400, 'no such endpoint')),
    };
    const { deps, run } = await openSession(world, SIZE, { api });
    await expect(driveRun(deps, run, signal)).rejects.toMatchObject({ code: 'refusedByProvider' });
  });

  it('stops, fails no row and can be resumed when the account is empty half way', async () => {
    world = await openWorld();
    const { api } = world;
    let calls = 0;
    const createBatch: BatchApi['createBatch'] = (request, own) =>
      ++calls > 1 ? Promise.reject(failure('refusedByProvider', 402, 'no money')) : api.createBatch(request, own);
    const first = await openSession(world, SIZE, { api: { ...api, createBatch } });
    await expect(driveRun(first.deps, first.run, signal)).rejects.toMatchObject({ code: 'refusedByProvider' });
    const second = await openSession(world, SIZE);
    expect(await driveRun(second.deps, second.run, signal)).toMatchObject({ state: 'finished', counts: { ok: 10 } });
    expect(await batchesPerAttempt(api)).toEqual({ '1-a1': 1, '2-a1': 1 });
  });

  it('sends a file again that the provider has no more, but only once', async () => {
    world = await openWorld();
    const { api } = world;
    const lost = new Set<string>();
    const losing = (howMany: number): BatchApi => ({
      ...api,
      createBatch: (request, own) => {
        if (lost.size < howMany) lost.add(request.inputFileId);
        return lost.has(request.inputFileId)
          ? Promise.reject(failure('refusedByProvider', 404, `No such File object: ${request.inputFileId}`))
          : api.createBatch(request, own);
      },
    });
    const size = { chunks: 1, rows: 5 };
    const tuning = { ...QUICK, retryFirstMs: 1, retrySlowestMs: 2 };
    const first = await openSession(world, size, { api: losing(2), tuning });
    await expect(driveRun(first.deps, first.run, signal)).rejects.toMatchObject({ code: 'refusedByProvider' });
    expect(first.rendered).toEqual([1, 1]);
    const second = await openSession(world, size, { api: losing(2), tuning });
    expect(await driveRun(second.deps, second.run, signal)).toMatchObject({ state: 'finished', counts: { ok: 5 } });
    expect(second.rendered).toEqual([1]);
  });

  it('fails only the rows of a chunk that is too large for the service', async () => {
    world = await openWorld({ limits: { maxFileBytes: 100 } });
    const { deps, run } = await openSession(world, SIZE);
    const end = await driveRun(deps, run, signal);
    expect(end).toMatchObject({ state: 'finished', batchesCreated: 0, counts: { failed: 10 } });
  });

  it('tells a chunk that can never enter the queue what to set', async () => {
    world = await openWorld({ limits: { queueTokens: 20 } });
    const { deps, run, progress } = await openSession(world, { chunks: 1, rows: 20 });
    const end = await driveRun(deps, run, signal);
    expect(end.counts).toMatchObject({ in: 20, failed: 20 });
    const messages = progress.map((one) => one.message ?? '');
    expect(messages.some((message) => message.includes('set limits.maxTokens below that and plan again'))).toBe(true);
  });

  it('does not take wrong sums for an answer', async () => {
    world = await openWorld();
    const { deps, run } = await openSession(world, SIZE);
    const wrong = {
      ...deps,
      collectChunk: async (...args: Parameters<typeof deps.collectChunk>) => ({
        ...(await deps.collectChunk(...args)),
        ok: 4,
      }),
    };
    await expect(driveRun(wrong, run, signal)).rejects.toMatchObject({ code: 'internal' });
  });
});

describe('cancelling', () => {
  it('leaves rows of chunks without a batch unanswered and creates nothing more', async () => {
    world = await openWorld({ faults: ['queue-full'] });
    const stop = new AbortController();
    const onProgress = (one: RunProgress): void => {
      if (one.kind === 'chunk' && one.phase === 'waitingForRoom' && one.attempt > 1) stop.abort();
    };
    const first = await openSession(world, SIZE, { onProgress });
    await expect(driveRun(first.deps, first.run, stop.signal)).rejects.toMatchObject({ code: 'cancelled' });
    const before = (await listAll(world.api)).length;
    const second = await openSession(world, SIZE);
    const end = await cancelRun(second.deps, second.run, signal);
    expect(end).toMatchObject({ state: 'cancelled', counts: { in: 10 } });
    expect(end.counts.ok).toBe(0);
    expect((await listAll(world.api)).length).toBe(before);
    const again = await openSession(world, SIZE);
    expect(await driveRun(again.deps, again.run, signal)).toMatchObject({ state: 'cancelled' });
  });
});
