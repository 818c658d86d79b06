import type { ChunkSnapshot, RunHeader, RunSnapshot } from '../../../../src/protocol/runSnapshot.ts';

const COUNTS = { ok: 0, failed: 0, refused: 0, truncated: 0, invalid: 0, expired: 0, missing: 0, quarantined: 0 };

/** A chunk of ten requests that is in progress. */
export function fakeChunk(index: number, change: Partial<ChunkSnapshot> = {}): ChunkSnapshot {
  return {
    index,
    phase: 'inProgress',
    attempt: 1,
    rows: 10,
    requests: 10,
    bytes: 1000,
    sentBytes: 0,
    answered: 4,
    batchId: `batch_${index}`,
    rowCounts: null,
    message: null,
    ...change,
  };
}

/** A run of 20 requests at `openai` that goes on here. */
export function fakeHeader(change: Partial<RunHeader> = {}): RunHeader {
  return {
    runId: 'r1',
    state: 'running',
    driver: { kind: 'here' },
    job: { name: 'posts', path: '/data/posts.tranche.json' },
    planHash: 'a'.repeat(64),
    provider: 'openai',
    rehearsal: false,
    endpoint: '/v1/chat/completions',
    model: 'gpt-4o-mini',
    rows: 20,
    requests: 20,
    answered: 8,
    chunks: { total: 2, done: 0 },
    createdAtMs: 1000,
    lastEventAtMs: 2000,
    greatestCostUsd: 1.5,
    costUsd: null,
    counts: null,
    batchesCreated: 2,
    resultsUri: '/data/posts.results',
    results: null,
    problem: null,
    ...change,
  };
}

/** The same run at its end: 17 rows are ok, 3 failed. */
export function finishedHeader(change: Partial<RunHeader> = {}): RunHeader {
  return fakeHeader({
    state: 'finished',
    answered: 20,
    chunks: { total: 2, done: 2 },
    costUsd: 1.25,
    counts: { ...COUNTS, in: 20, ok: 17, failed: 3 },
    results: { files: ['/data/posts.results/results.parquet'], failures: '/data/posts.results/failures.parquet' },
    ...change,
  });
}

export function fakeRun(
  change: Partial<RunHeader> = {},
  chunks: readonly ChunkSnapshot[] = [fakeChunk(1), fakeChunk(2)],
): RunSnapshot {
  return { run: fakeHeader(change), chunks };
}
