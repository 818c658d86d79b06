import { describe, expect, it } from 'vitest';
import type { EngineClient } from '../../../../src/extension/client/engineClient.ts';
import { Sentence } from '../../../../src/extension/failures.ts';
import { openRunStore } from '../../../../src/extension/runs/runStore.ts';
import { openRunWatch } from '../../../../src/extension/runs/watchRuns.ts';
import type { RunSnapshot } from '../../../../src/protocol/runSnapshot.ts';
import { fakeRun, finishedHeader } from './fakeRun.ts';

function setUp(watched: () => readonly RunSnapshot[] | Error) {
  const calls: string[] = [];
  const seen = { ended: [] as string[], marks: [] as string[], said: [] as (string | null)[] };
  const on = new Map<string, (payload: unknown) => void>();
  let started = (): void => undefined;
  let ended = (_willRestart: boolean): void => undefined;
  const nothing = { dispose: () => undefined };
  const engine: EngineClient = {
    call: (async (method: string) => {
      calls.push(method);
      const runs = watched();
      if (runs instanceof Error) throw runs;
      return method === 'runs/watch' ? { runs, damaged: [] } : { resumed: [] };
    }) as EngineClient['call'],
    on: (event, listener) => {
      on.set(event, listener as (payload: unknown) => void);
      return nothing;
    },
    onStarted: (listener) => {
      started = listener;
      return nothing;
    },
    onEnded: (listener) => {
      ended = listener;
      return nothing;
    },
    configure: async () => undefined,
    restart: () => undefined,
    pid: () => 1,
    dispose: () => undefined,
  };
  const store = openRunStore();
  const watch = openRunWatch({
    engine,
    store,
    tree: { onNews: () => undefined, onAll: () => undefined, say: (message) => seen.said.push(message) },
    status: { update: () => undefined },
    notice: {
      ended: ({ runId }) => seen.ended.push(runId),
      stuck: ({ runId }) => seen.ended.push(`${runId} stuck`),
    },
    marks: {
      replace: async (runIds) => void seen.marks.push(`only ${runIds.join()}`),
      set: async (runId, isUnfinished) => void seen.marks.push(`${runId} ${isUnfinished}`),
    },
    measure: (_name, work) => work(),
  });
  return {
    watch,
    store,
    calls,
    seen,
    tell: (event: string, payload: unknown) => on.get(event)?.(payload),
    start: () => started(),
    end: (willRestart: boolean) => ended(willRestart),
  };
}

const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

describe('the runs of a window', () => {
  it('are watched once, and go on', async () => {
    const { watch, calls, seen, start } = setUp(() => [fakeRun()]);
    await Promise.all([watch.start(), watch.start()]);
    start(); // the start that the first question made
    await settle();
    expect(calls).toEqual(['runs/watch', 'runs/resumeAll']);
    expect(seen.marks).toContain('only r1');
  });

  it('are watched again by an engine that took the place of another', async () => {
    const { watch, calls, start, end } = setUp(() => [fakeRun()]);
    await watch.start();
    end(true);
    start();
    await settle();
    expect(calls).toEqual(['runs/watch', 'runs/resumeAll', 'runs/watch', 'runs/resumeAll']);
  });

  it('are not watched before somebody wants to see them', async () => {
    const { calls, start } = setUp(() => []);
    start();
    await settle();
    expect(calls).toEqual([]);
  });

  it('tell of an end that was seen, by whichever engine', async () => {
    let runs: RunSnapshot[] = [fakeRun(), fakeRun({ runId: 'r2' })];
    const { watch, seen, tell, start, end } = setUp(() => runs);
    await watch.start();
    tell('run/changed', { run: finishedHeader(), chunks: [] });
    expect(seen.ended).toEqual(['r1']);
    expect(seen.marks).toContain('r1 false');
    runs = [
      { run: finishedHeader(), chunks: [] },
      { run: finishedHeader({ runId: 'r2' }), chunks: [] },
    ];
    end(true);
    start();
    await settle();
    expect(seen.ended).toEqual(['r1', 'r2']);
  });

  it('are told by the window that drove them, and by no other', async () => {
    const elsewhere = { kind: 'elsewhere', owner: 'the command line (process 7)' } as const;
    const { watch, seen, tell } = setUp(() => [
      fakeRun({ driver: elsewhere }),
      fakeRun({ runId: 'r2', driver: elsewhere }),
    ]);
    await watch.start();
    tell('run/changed', { run: finishedHeader({ driver: { kind: 'nobody' } }), chunks: [] });
    expect(seen.marks).toContain('r1 false');
    expect(seen.ended).toEqual([]);
    tell('run/changed', fakeRun({ runId: 'r2' })); // its owner died, and this window went on with it
    tell('run/changed', { run: finishedHeader({ runId: 'r2', driver: { kind: 'nobody' } }), chunks: [] });
    expect(seen.ended).toEqual(['r2']);
  });

  it('are said not to be up to date once the engine is given up, and why where they cannot be read', async () => {
    const dead = setUp(() => []);
    await dead.watch.start();
    dead.end(false);
    expect(dead.seen.said.at(-1)).toMatch(/not up to date/);
    const broken = setUp(() => new Sentence('disk', '/state cannot be read (EACCES).'));
    await expect(broken.watch.start()).rejects.toThrow('EACCES');
    expect(broken.seen.said).toEqual(['/state cannot be read (EACCES).']);
  });
});
