import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextStep, type ChunkStep } from '../../../../src/core/runs/nextStep.ts';
import { replayRun } from '../../../../src/core/runs/replay.ts';
import { countsOf } from '../../../../src/core/runs/rowCounts.ts';
import type { RecordedEvent, RunEvent } from '../../../../src/core/runs/runEvents.ts';
import { runCreated } from '../../../scenario/runWorld.ts';

/** A provider and a journal in miniature: every choice of the world is drawn, every step may be the last of a process. */
interface Model {
  readonly records: RecordedEvent[];
  /** Batches at the provider by attempt. */
  readonly batches: Map<number, number>;
  uploads: number;
  done: boolean;
}

type Fate = { readonly dies: 'no' | 'before' | 'afterCall'; readonly luck: number; readonly cancels: boolean };

const fate: fc.Arbitrary<Fate> = fc.record({
  dies: fc.constantFrom('no', 'no', 'no', 'before', 'afterCall'),
  luck: fc.nat(9),
  cancels: fc.boolean(),
});

function record(model: Model, event: RunEvent): void {
  const seq = model.records.length + 1;
  model.records.push({ ...event, seq, at: new Date(1_700_000_000_000 + seq).toISOString(), fence: 1 });
}

interface Moment extends Fate {
  readonly model: Model;
  readonly at: { readonly chunk: number; readonly attempt: number };
  readonly batchId: string;
  readonly cancelRequested: boolean;
}

function create({ model, at, dies, luck }: Moment): void {
  record(model, { type: 'createIntent', ...at, fileId: 'f' });
  if (dies === 'before') return;
  if (luck === 1) return record(model, { type: 'notCreated', ...at, reason: 'wait' });
  if (luck === 2) return record(model, { type: 'noRoom', ...at, batchId: null, limit: null, message: 'full' });
  if (luck === 4) {
    record(model, { type: 'notCreated', ...at, reason: 'no such file' });
    return record(model, { type: 'fileLost', ...at, fileId: 'f' });
  }
  model.batches.set(at.attempt, (model.batches.get(at.attempt) ?? 0) + 1);
  if (dies === 'no') recordCreated(model, at, false);
}

function recordCreated(model: Model, at: Moment['at'], found: boolean): void {
  record(model, { type: 'created', ...at, batchId: `b${at.attempt}`, createdAtMs: 1, found });
}

function watch({ model, at, luck, batchId, cancelRequested }: Moment): void {
  if (luck < 3) return record(model, { type: 'statusSeen', ...at, status: 'in_progress', counts: null });
  if (luck === 3 && !cancelRequested) {
    return record(model, { type: 'noRoom', ...at, batchId, limit: null, message: 'full' });
  }
  record(model, {
    type: 'terminal',
    ...at,
    batchId,
    status: cancelRequested ? 'cancelled' : 'completed',
    outputFileId: luck > 5 ? 'o' : null,
    errorFileId: null,
    counts: null,
    usage: null,
    problems: [],
  });
}

const done = ({ model, at }: Moment): void =>
  record(model, { type: 'chunkDone', ...at, end: 'completed', counts: countsOf('ok', 3) });

const STEPS: Readonly<Record<ChunkStep, (moment: Moment) => void>> = {
  upload: ({ model, at, dies }) => {
    record(model, { type: 'uploadIntent', ...at, name: 'a.jsonl', bytes: 1 });
    if (dies === 'before') return;
    model.uploads++;
    if (dies === 'no') record(model, { type: 'uploaded', ...at, fileId: 'f', createdAtMs: 1, found: false });
  },
  findUpload: ({ model, at }) => {
    if (model.uploads++ > 0) record(model, { type: 'uploaded', ...at, fileId: 'f', createdAtMs: 1, found: true });
  },
  create,
  findBatch: ({ model, at }) => {
    if (model.batches.has(at.attempt)) recordCreated(model, at, true);
    else record(model, { type: 'notCreated', ...at, reason: 'not there' });
  },
  cancel: ({ model, at, batchId }) => record(model, { type: 'cancelSent', ...at, batchId }),
  watch,
  download: ({ model, at, dies }) => {
    if (dies === 'no') record(model, { type: 'downloaded', ...at, output: null, errors: null });
  },
  collect: done,
  collectUnsent: done,
  nothing: ({ model }) => {
    model.done = true;
  },
};

function step(model: Model, one: Fate, mayCancel: boolean): void {
  const run = replayRun(model.records);
  const chunk = run.chunks.get(1);
  if (chunk === undefined) throw new Error('no chunk');
  if (mayCancel && one.cancels && one.luck === 0 && !run.cancelRequested) record(model, { type: 'cancelIntent' });
  const { attempt, batchId } = chunk;
  const { cancelRequested } = run;
  const moment = { ...one, model, at: { chunk: 1, attempt }, batchId: batchId ?? '', cancelRequested };
  STEPS[nextStep(chunk, cancelRequested)](moment);
}

describe('the next step of a chunk', () => {
  it('never makes a second batch of an attempt, and comes to an end, whatever happens', () => {
    fc.assert(
      fc.property(fc.array(fate, { maxLength: 40 }), fc.boolean(), (fates, mayCancel) => {
        const model: Model = { records: [], batches: new Map(), uploads: 0, done: false };
        record(model, runCreated(1, 3));
        for (const one of fates) step(model, one, mayCancel);
        for (let calm = 0; calm < 20 && !model.done; calm++)
          step(model, { dies: 'no', luck: 9, cancels: false }, false);
        expect(model.done).toBe(true);
        expect([...model.batches.values()].every((count) => count === 1)).toBe(true);
        const attempts = model.records.filter(({ type }) => type === 'chunkDone');
        expect(attempts).toHaveLength(1);
      }),
      { numRuns: 500 },
    );
  });

  it('counts the batches of all attempts', () => {
    const model: Model = { records: [], batches: new Map(), uploads: 0, done: false };
    record(model, runCreated(1, 3));
    const lucks = [9, 9, 3, 9, 9];
    for (const luck of lucks) step(model, { dies: 'no', luck, cancels: false }, false);
    const run = replayRun(model.records);
    expect(run.batchesCreated).toBe(2);
    expect(run.chunks.get(1)).toMatchObject({ attempt: 2, earlierBatchIds: ['b1'] });
  });
});
