import { describe, expect, it } from 'vitest';
import { openRunStore } from '../../../../src/extension/runs/runStore.ts';
import { fakeChunk, fakeRun, finishedHeader } from './fakeRun.ts';

describe('the runs of a window', () => {
  it('are in order of age, newest first', () => {
    const store = openRunStore();
    store.reset([fakeRun({ runId: 'old', createdAtMs: 1 }), fakeRun({ runId: 'new', createdAtMs: 3 })], []);
    store.apply(fakeRun({ runId: 'between', createdAtMs: 2 }));
    expect(store.runIds()).toEqual(['new', 'between', 'old']);
  });

  it('keep the chunks that news do not speak of', () => {
    const store = openRunStore();
    store.reset([fakeRun()], []);
    const news = store.apply(fakeRun({ answered: 9 }, [fakeChunk(2, { answered: 5 })]));
    expect(news).toMatchObject({ runId: 'r1', isNew: false, chunks: [2], hasEnded: false, isStuck: false });
    expect([...(store.run('r1')?.chunks.values() ?? [])].map(({ answered }) => answered)).toEqual([4, 5]);
    expect(store.run('r1')?.run.answered).toBe(9);
  });

  it('end once', () => {
    const store = openRunStore();
    store.reset([fakeRun()], []);
    expect(store.apply({ run: finishedHeader(), chunks: [] }).hasEnded).toBe(true);
    expect(store.apply({ run: finishedHeader(), chunks: [] }).hasEnded).toBe(false);
    expect(store.unfinished()).toEqual([]);
  });

  it('have ended as well where that was while no engine told of it, but not before this window knew them', () => {
    const store = openRunStore();
    expect(store.reset([{ run: finishedHeader({ runId: 'before' }), chunks: [] }, fakeRun()], [])).toMatchObject([
      { runId: 'before', hasEnded: false },
      { runId: 'r1', hasEnded: false },
    ]);
    expect(store.reset([{ run: finishedHeader(), chunks: [] }], [])).toMatchObject([{ runId: 'r1', hasEnded: true }]);
    expect(store.runIds()).toEqual(['r1']);
  });

  it('are stuck once they wait for a person, not where they did before', () => {
    const store = openRunStore();
    expect(store.reset([fakeRun(), fakeRun({ runId: 'r2', problem: 'No key.' })], [])).toMatchObject([
      { isStuck: false },
      { isStuck: false },
    ]);
    expect(store.apply(fakeRun({ problem: 'No key.' })).isStuck).toBe(true);
    expect(store.apply(fakeRun({ problem: 'No key.' })).isStuck).toBe(false);
  });
});
