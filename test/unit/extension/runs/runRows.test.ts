import { describe, expect, it } from 'vitest';
import { nodeId, nodePlace, type NodePlace } from '../../../../src/extension/runs/nodeId.ts';
import { openRunRows } from '../../../../src/extension/runs/runRows.ts';
import { openRunStore } from '../../../../src/extension/runs/runStore.ts';
import { openTreeChanges } from '../../../../src/extension/runs/treeChanges.ts';
import { fakeChunk, fakeRun } from './fakeRun.ts';

const chunks = (count: number, done = 0) =>
  Array.from({ length: count }, (_, at) => fakeChunk(at + 1, { phase: at < done ? 'done' : 'inProgress' }));

function setUp(count: number, done = 0) {
  const store = openRunStore();
  store.reset(
    [fakeRun({ chunks: { total: count, done } }, chunks(count, done))],
    [{ runId: 'bad', message: 'Broken.' }],
  );
  return { store, rows: openRunRows(store) };
}

/** What an editor would do: draws all rows that are open. */
function draw(rows: ReturnType<typeof openRunRows>, shown: (id: string, fingerprint: string) => void): void {
  const visit = (id: string): void => {
    shown(id, rows.fingerprint(id) ?? '');
    for (const child of rows.children(id)) visit(child);
  };
  for (const id of rows.children(null)) visit(id);
}

describe('the rows of runs', () => {
  it('have ids that say where they are', () => {
    const places: NodePlace[] = [
      { kind: 'damaged', runId: 'a' },
      { kind: 'run', runId: 'a' },
      { kind: 'group', runId: 'a', group: 'done' },
      { kind: 'chunk', runId: 'a', chunk: 12 },
      { kind: 'phase', runId: 'a', chunk: 12, phase: 'upload' },
    ];
    for (const place of places) expect(nodePlace(nodeId(place))).toEqual(place);
    expect(nodePlace('nonsense')).toBeNull();
  });

  it('are runs, their chunks, and the steps of those', () => {
    const { rows } = setUp(2);
    expect(rows.children(null)).toEqual(['run/r1', 'damaged/bad']);
    expect(rows.children('run/r1')).toEqual(['chunk/r1/1', 'chunk/r1/2']);
    expect(rows.children('chunk/r1/1')).toHaveLength(6);
    expect(rows.parent('phase/r1/1/upload')).toBe('chunk/r1/1');
    expect(rows.parent('chunk/r1/1')).toBe('run/r1');
    expect(rows.parent('run/r1')).toBeNull();
  });

  it('are grouped by what chunks do where there are more than 200', () => {
    const { rows } = setUp(201, 150);
    expect(rows.children('run/r1')).toEqual(['group/r1/working', 'group/r1/done']);
    expect(rows.item('group/r1/done')).toMatchObject({ label: 'Done', description: '150' });
    expect(rows.children('group/r1/working')).toHaveLength(51);
    expect(rows.parent('chunk/r1/1')).toBe('group/r1/done');
    expect(setUp(200).rows.children('run/r1')).toHaveLength(200);
  });

  it('keep their labels whatever happens', () => {
    const { store, rows } = setUp(2);
    const before = rows.children('run/r1').map((id) => rows.item(id)?.label);
    store.apply(fakeRun({ answered: 19 }, [fakeChunk(1, { phase: 'done', answered: 10 })]));
    expect(rows.children('run/r1').map((id) => rows.item(id)?.label)).toEqual(before);
    expect(rows.item('run/r1')?.label).toBe('posts');
  });
});

describe('what is drawn anew', () => {
  it('is nothing where news change nothing that shows', () => {
    const { store, rows } = setUp(2);
    const changes = openTreeChanges(rows);
    draw(rows, changes.shown);
    changes.touch(
      rows.touched(store.apply(fakeRun({ chunks: { total: 2, done: 0 }, lastEventAtMs: 9999 }, [fakeChunk(1)]))),
    );
    expect(changes.take()).toEqual([]);
  });

  it('is the highest row that changed, since what is below it is drawn with it', () => {
    const { store, rows } = setUp(2);
    const changes = openTreeChanges(rows);
    draw(rows, changes.shown);
    const same = { chunks: { total: 2, done: 0 } };
    changes.touch(rows.touched(store.apply(fakeRun(same, [fakeChunk(1, { answered: 5 })]))));
    expect(changes.take()).toEqual(['chunk/r1/1']);
    draw(rows, changes.shown);
    changes.touch(rows.touched(store.apply(fakeRun({ ...same, answered: 18 }, [fakeChunk(1, { answered: 6 })]))));
    expect(changes.take()).toEqual(['run/r1']);
  });

  it('is nothing that was never on show', () => {
    const { store, rows } = setUp(2);
    const changes = openTreeChanges(rows);
    changes.shown('run/r1', rows.fingerprint('run/r1') ?? '');
    changes.touch(
      rows.touched(store.apply(fakeRun({ chunks: { total: 2, done: 0 } }, [fakeChunk(1, { answered: 5 })]))),
    );
    expect(changes.take()).toEqual([]);
  });

  it('is all where a run came', () => {
    const { store, rows } = setUp(2);
    const changes = openTreeChanges(rows);
    draw(rows, changes.shown);
    changes.touch(rows.touched(store.apply(fakeRun({ runId: 'r2' }))));
    expect(changes.take()).toBe('all');
    expect(changes.take()).toEqual([]);
  });

  it('are the groups that a chunk left and entered', () => {
    const { store, rows } = setUp(300, 100);
    const changes = openTreeChanges(rows);
    draw(rows, changes.shown);
    const one = fakeChunk(101, { phase: 'done' });
    changes.touch(rows.touched(store.apply(fakeRun({ chunks: { total: 300, done: 100 } }, [one]))));
    expect(changes.take()).toEqual(['group/r1/working', 'group/r1/done']);
  });

  it('costs little with 10,000 chunks', () => {
    const { store, rows } = setUp(10_000, 5000);
    const changes = openTreeChanges(rows);
    for (const id of [...rows.children(null), ...rows.children('run/r1')])
      changes.shown(id, rows.fingerprint(id) ?? '');
    const startMs = performance.now();
    changes.touch(rows.touched(store.apply(fakeRun({ answered: 9 }, chunks(200, 100)))));
    changes.take();
    expect(performance.now() - startMs).toBeLessThan(200); // far below 50 ms on a quiet machine
  });
});
