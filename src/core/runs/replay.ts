import { TrancheError } from '../errors.ts';
import { livePhaseOf } from '../submit/batchStatus.ts';
import type { QueueLimit, RecordedEvent, RunChunk, RunCreated } from './runEvents.ts';
import type { ChunkState, RunState } from './runState.ts';

/** The run as its journal tells it; a journal that does not begin with the run's creation is `corrupt`. */
export function replayRun(records: readonly RecordedEvent[]): RunState {
  const [first, ...rest] = records;
  if (first?.type !== 'runCreated') {
    throw new TrancheError('corrupt', 'The journal does not begin with the creation of a run.');
  }
  return applyEvents(newRun(first), rest); // a copy of the chunks for each event is quadratic in them
}

function newRun(record: RecordedEvent & RunCreated): RunState {
  return {
    created: record,
    createdAtMs: Date.parse(record.at),
    lastEventAtMs: Date.parse(record.at),
    chunks: new Map(record.chunks.map((chunk) => [chunk.index, newChunk(chunk)])),
    cancelRequested: false,
    finished: null,
    queueLimits: [],
    batchesCreated: 0,
    notes: [],
  };
}

function newChunk(chunk: RunChunk): ChunkState {
  return {
    ...chunk,
    phase: 'planned',
    attempt: 1,
    sha256: null,
    uploadName: null,
    uploadIntentAtMs: null,
    fileId: null,
    fileCreatedAtMs: 0,
    createIntentAtMs: null,
    batchId: null,
    batchCreatedAtMs: 0,
    earlierBatchIds: [],
    status: null,
    counts: null,
    end: null,
    saved: null,
    cancelSentAtMs: null,
    rowCounts: null,
    message: null,
  };
}

/** The run after one more event; an event about a chunk the plan does not have is `corrupt`. */
export function applyEvent(run: RunState, record: RecordedEvent): RunState {
  return afterEvent(run, record, (chunk) => new Map(run.chunks).set(chunk.index, chunk));
}

/** The run after more events: one copy of its chunks for all of them. */
export function applyEvents(run: RunState, records: readonly RecordedEvent[]): RunState {
  const chunks = new Map(run.chunks);
  const put = (chunk: ChunkState): ReadonlyMap<number, ChunkState> => chunks.set(chunk.index, chunk);
  return records.reduce<RunState>((state, record) => afterEvent(state, record, put), { ...run, chunks });
}

/** `put` gives the chunks with one of them replaced. */
function afterEvent(
  run: RunState,
  record: RecordedEvent,
  put: (chunk: ChunkState) => ReadonlyMap<number, ChunkState>,
): RunState {
  const next = { ...run, lastEventAtMs: Date.parse(record.at) };
  switch (record.type) {
    case 'runCreated':
      throw new TrancheError('corrupt', `The journal creates its run twice (event ${record.seq}).`);
    case 'cancelIntent':
      return { ...next, cancelRequested: true };
    case 'runFinished':
      return { ...next, finished: { cancelled: record.cancelled, counts: record.counts } };
    case 'note':
      return { ...next, notes: [...run.notes, record.message] };
    default: {
      const chunk = run.chunks.get(record.chunk);
      if (chunk === undefined) {
        throw new TrancheError('corrupt', `The journal names chunk ${record.chunk}, which the run does not have.`);
      }
      return {
        ...next,
        chunks: put({ ...chunk, ...changeOf(chunk, record) }),
        batchesCreated: run.batchesCreated + (record.type === 'created' ? 1 : 0),
        queueLimits: record.type === 'noRoom' ? learn(run.queueLimits, record.limit) : run.queueLimits,
      };
    }
  }
}

type ChunkRecord = Extract<RecordedEvent, { readonly chunk: number }>;

function changeOf(chunk: ChunkState, record: ChunkRecord): Partial<ChunkState> {
  switch (record.type) {
    case 'chunkRendered':
      return { sha256: record.sha256, bytes: record.bytes, phase: 'rendering' };
    case 'uploadIntent':
      return {
        attempt: record.attempt,
        uploadName: record.name,
        uploadIntentAtMs: chunk.uploadIntentAtMs ?? Date.parse(record.at),
        phase: 'uploading',
      };
    case 'uploaded':
      return { fileId: record.fileId, fileCreatedAtMs: record.createdAtMs, phase: 'uploaded' };
    case 'fileLost':
      return {
        fileId: null,
        fileCreatedAtMs: 0,
        uploadName: null,
        uploadIntentAtMs: null,
        createIntentAtMs: null,
        phase: 'planned',
      };
    case 'createIntent':
      return { createIntentAtMs: Date.parse(record.at), phase: 'creating', message: null };
    case 'notCreated':
      return { createIntentAtMs: null, phase: 'uploaded', message: record.reason };
    case 'unsettled':
      return { phase: 'unsettled', message: record.message };
    case 'noRoom':
      return afterNoRoom(chunk, record.batchId, record.message);
    default:
      return changeOfBatch(record);
  }
}

type BatchRecord = Exclude<
  ChunkRecord,
  {
    readonly type:
      | 'chunkRendered'
      | 'uploadIntent'
      | 'uploaded'
      | 'fileLost'
      | 'createIntent'
      | 'notCreated'
      | 'unsettled'
      | 'noRoom';
  }
>;

function changeOfBatch(record: BatchRecord): Partial<ChunkState> {
  switch (record.type) {
    case 'created':
      return {
        batchId: record.batchId,
        batchCreatedAtMs: record.createdAtMs,
        status: 'validating',
        phase: 'validating',
        message: null,
      };
    case 'refused': {
      const problems = [{ code: null, message: record.message, line: null }];
      return {
        end: {
          atMs: Date.parse(record.at),
          status: 'refused',
          outputFileId: null,
          errorFileId: null,
          usage: null,
          problems,
        },
        phase: 'joining',
        message: record.message,
      };
    }
    case 'statusSeen':
      return { status: record.status, counts: record.counts, phase: livePhaseOf(record.status) };
    case 'cancelSent':
      return { cancelSentAtMs: Date.parse(record.at), phase: 'cancelling' };
    case 'terminal': {
      const { status, outputFileId, errorFileId, usage, problems } = record;
      return {
        status,
        counts: record.counts,
        end: { atMs: Date.parse(record.at), status, outputFileId, errorFileId, usage, problems },
        phase: 'downloading',
        message: problems[0]?.message ?? null,
      };
    }
    case 'downloaded':
      return { saved: { output: record.output, errors: record.errors }, phase: 'joining' };
    case 'chunkDone':
      return { rowCounts: record.counts, phase: 'done' };
  }
}

function afterNoRoom(chunk: ChunkState, batchId: string | null, message: string): Partial<ChunkState> {
  const waiting = { createIntentAtMs: null, phase: 'waitingForRoom', message } as const;
  if (batchId === null) return waiting;
  return {
    ...waiting,
    attempt: chunk.attempt + 1,
    batchId: null,
    batchCreatedAtMs: 0,
    earlierBatchIds: [...chunk.earlierBatchIds, batchId],
    status: null,
    counts: null,
    cancelSentAtMs: null,
  };
}

/** The newest word on a kind of limit counts. */
function learn(limits: readonly QueueLimit[], limit: QueueLimit | null): readonly QueueLimit[] {
  return limit === null ? limits : [...limits.filter(({ kind }) => kind !== limit.kind), limit];
}
