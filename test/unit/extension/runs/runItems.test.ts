import { describe, expect, it } from 'vitest';
import { endText } from '../../../../src/extension/runs/endText.ts';
import { chunkItem, phaseItem, runItem } from '../../../../src/extension/runs/runItems.ts';
import type { ChunkSnapshot, RunHeader } from '../../../../src/protocol/runSnapshot.ts';
import { fakeChunk, fakeHeader, finishedHeader } from './fakeRun.ts';

describe('the row of a run', () => {
  it('tells how far it is', () => {
    expect(runItem(fakeHeader())).toMatchObject({
      label: 'posts',
      description: '40 % · 0/2 · openai',
      icon: 'sync~spin',
      context: 'run:running',
      spoken: 'Run of posts, running, 40 percent, 0/2, openai',
    });
  });

  it('tells who drives it, or that nobody does', () => {
    const elsewhere = fakeHeader({ driver: { kind: 'elsewhere', owner: 'process 7 on box' } });
    expect(runItem(elsewhere).description).toContain('driven by process 7 on box');
    expect(runItem(fakeHeader({ driver: { kind: 'nobody' } }))).toMatchObject({
      icon: 'watch',
      context: 'run:running:stands',
    });
  });

  it('tells that a person has to decide, and why', () => {
    const item = runItem(fakeHeader({ driver: { kind: 'nobody' }, problem: 'The key is refused.' }));
    expect(item).toMatchObject({ icon: 'error', color: 'testing.iconFailed' });
    expect(item.description).toContain('needs a decision');
    expect(item.tooltip).toContain('The key is refused.');
    expect(item.spoken).toContain('The key is refused.');
  });

  it('tells the end in figures, and offers what there is', () => {
    expect(runItem(finishedHeader())).toMatchObject({
      description: '17 ok · 3 not ok · $1.25',
      icon: 'warning',
      context: 'run:finished:results:failures',
    });
    expect(runItem(finishedHeader({ results: null })).context).toBe('run:finished');
    expect(runItem(fakeHeader({ state: 'cancelled' }))).toMatchObject({
      icon: 'circle-slash',
      context: 'run:cancelled',
    });
  });
});

describe('the row of a chunk', () => {
  it.each<[Partial<ChunkSnapshot>, string]>([
    [{ phase: 'rendering' }, 'rendering'],
    [{ phase: 'uploading', sentBytes: 430 }, 'uploading 43 %'],
    [{ phase: 'uploading' }, 'uploading'],
    [{ phase: 'validating' }, 'validating'],
    [{ phase: 'inProgress' }, 'in progress 4/10'],
    [{ phase: 'finalizing' }, 'finalizing'],
    [{ phase: 'downloading' }, 'downloading'],
    [{ phase: 'done' }, 'joined'],
    [{ phase: 'inProgress', attempt: 2 }, 'in progress 4/10 · attempt 2'],
    [{ phase: 'unsettled', message: 'It is not clear.' }, 'needs a decision · It is not clear.'],
  ])('says of %o: %s', (change, description) => {
    expect(chunkItem(fakeChunk(12, change), 37)).toMatchObject({ label: 'Chunk 12', description });
  });

  it('reads well', () => {
    expect(chunkItem(fakeChunk(12, { phase: 'uploading', sentBytes: 430 }), 37).spoken).toBe(
      'Chunk 12 of 37, uploading 43 percent',
    );
  });

  it('offers its batch once there is one', () => {
    expect(chunkItem(fakeChunk(1), 1).context).toBe('chunk:inProgress:batch');
    expect(chunkItem(fakeChunk(1, { batchId: null }), 1).context).toBe('chunk:inProgress');
  });
});

describe('the steps of a chunk', () => {
  it('are behind, now, or ahead', () => {
    const chunk = fakeChunk(1);
    expect(phaseItem(chunk, 'upload')).toMatchObject({ icon: 'pass', description: '1.00 kB', context: 'phase:done' });
    expect(phaseItem(chunk, 'process')).toMatchObject({ icon: 'sync~spin', description: 'in progress 4/10' });
    expect(phaseItem(chunk, 'join')).toMatchObject({ icon: 'circle-outline', description: '', context: 'phase:later' });
  });
});

describe('the end of runs', () => {
  it.each<[RunHeader[], string]>([
    [[finishedHeader()], 'posts is done: 17 ok, 3 not ok, $1.25.'],
    [[finishedHeader({ rehearsal: true, costUsd: 0 })], 'posts is rehearsed: 17 ok, 3 not ok, no cost.'],
    [[fakeHeader({ state: 'cancelled', costUsd: null })], 'posts was cancelled.'],
    [[finishedHeader(), finishedHeader({ runId: 'r2' })], '2 runs have ended: 34 rows ok, 6 not ok.'],
  ])('is one sentence', (runs, text) => {
    expect(endText(runs)).toBe(text);
  });
});
