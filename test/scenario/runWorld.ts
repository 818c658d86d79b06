import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { countsOf, sumCounts } from '../../src/core/runs/rowCounts.ts';
import { replayRun } from '../../src/core/runs/replay.ts';
import type { RunCreated } from '../../src/core/runs/runEvents.ts';
import type { ChunkAnswers, Ownership, RunDeps, RunProgress, RunTuning } from '../../src/core/runs/runPorts.ts';
import type { RunState } from '../../src/core/runs/runState.ts';
import type { BatchApi, RemoteBatch, RenderedChunk } from '../../src/core/submit/batchApi.ts';
import type { RowCounts } from '../../src/core/model/outcome.ts';
import { openJournal, readJournal, type JournalFile } from '../../src/platform/journalFile.ts';
import { openOpenaiBatchApi } from '../../src/platform/openaiBatchApi.ts';
import { openRunFiles } from '../../src/platform/runFiles.ts';
import { systemClock } from '../../src/platform/systemClock.ts';
import { startRehearsal, type RehearsalOptions, type RehearsalServer } from '../../src/rehearsal/startRehearsal.ts';

export const QUICK: RunTuning = {
  parallelUploads: 3,
  parallelCreates: 4,
  parallelDownloads: 2,
  firstLookMs: 15,
  slowestLookMs: 60,
  settleMs: [5, 30],
  freshMs: 300,
  roomFirstMs: 40,
  roomSlowestMs: 200,
  retryFirstMs: 5,
  retrySlowestMs: 50,
  patienceFirstMs: 3000,
  patienceMs: 8000,
};

const FAST_TIMELINE = { validatingMs: 10, inProgressMs: 30, finalizingMs: 10, cancellingMs: 10 };

/** A run's folder, a rehearsal service and what drives the run against it. */
export interface World {
  readonly folder: string;
  readonly service: RehearsalServer;
  readonly api: BatchApi;
  readonly journals: JournalFile[];
  readonly close: () => Promise<void>;
}

export async function openWorld(options: Partial<RehearsalOptions> = {}): Promise<World> {
  const folder = await mkdtemp(path.join(tmpdir(), 'tranche-run-'));
  const service = await startRehearsal({
    folder: path.join(folder, 'service'),
    timeline: FAST_TIMELINE,
    ...options,
  });
  const journals: JournalFile[] = [];
  return {
    folder,
    service,
    api: openApi(service.url),
    journals,
    close: async () => {
      await Promise.all(journals.map((journal) => journal.close()));
      await service.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export function openApi(baseUrl: string, apiKey = 'sk-test-secret-0123456789'): BatchApi {
  return openOpenaiBatchApi({
    baseUrl,
    apiKey,
    keyName: 'TEST_API_KEY',
    project: null,
    organization: null,
    inputExpiresAfterSeconds: 2_592_000,
  });
}

const RUN_ID = '20261124-060500-test';

function lineOf(chunk: number, row: number): string {
  const body = {
    model: 'gpt-4o-mini',
    messages: [{ role: 'user', content: `Say hello to row ${row}.` }],
    max_tokens: 20,
  };
  return JSON.stringify({ custom_id: `c${chunk}-r${row}`, method: 'POST', url: '/v1/chat/completions', body }) + '\n';
}

export function renderChunk(index: number, rows: number): RenderedChunk {
  const text = Array.from({ length: rows }, (_, row) => lineOf(index, row)).join('');
  const bytes = new TextEncoder().encode(text);
  const half = bytes.length >> 1;
  return {
    index,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    bytes: bytes.length,
    rows,
    requests: rows,
    body: { kind: 'bytes', parts: [bytes.subarray(0, half), bytes.subarray(half)] },
  };
}

export function runCreated(chunks: number, rows: number, runId = RUN_ID): RunCreated {
  return {
    type: 'runCreated',
    runId,
    planHash: 'a'.repeat(64),
    job: { name: 'hello', path: '/jobs/hello.tranche.json' },
    provider: { name: 'rehearsal', baseUrl: 'http://127.0.0.1', project: null, rehearsal: true },
    endpoint: '/v1/chat/completions',
    model: 'gpt-4o-mini',
    greatestCostUsd: 0,
    rows: chunks * rows,
    quarantined: 0,
    chunks: Array.from({ length: chunks }, (_, at) => {
      const { index, bytes, requests } = renderChunk(at + 1, rows);
      return { index, rows, requests, bytes, tokens: rows * 12 };
    }),
    resultsUri: '/results',
    toolVersion: '0.1.0',
  };
}

/** Counts answers by their status alone, each custom_id once. */
export async function countAnswers(folder: string, answers: ChunkAnswers): Promise<RowCounts> {
  if (answers.end === 'failed' || answers.end === 'refused') return countsOf('failed', answers.rows);
  const idsOf = async (name: string | undefined): Promise<Set<string>> => {
    const text = name === undefined ? '' : await readFile(path.join(folder, name), 'utf8');
    const lines = text.split('\n').filter((line) => line !== '');
    return new Set(lines.map((line) => (JSON.parse(line) as { custom_id: string }).custom_id));
  };
  const ok = (await idsOf(answers.output?.name)).size;
  const failed = (await idsOf(answers.errors?.name)).size;
  const lost = answers.end === 'expired' ? 'expired' : 'missing';
  return sumCounts([countsOf('ok', ok), countsOf('failed', failed), countsOf(lost, answers.rows - ok - failed)]);
}

export interface Session {
  readonly deps: RunDeps;
  readonly run: RunState;
  readonly journal: JournalFile;
  readonly progress: RunProgress[];
  readonly rendered: number[];
}

const HELD: Ownership = { fence: 1, verify: async () => undefined };

/** Opens the run's journal as its next owner would; a new journal gets its first event. */
export async function openSession(
  world: World,
  size: { chunks: number; rows: number; runId?: string; folder?: string },
  change: Partial<RunDeps> = {},
): Promise<Session> {
  const folder = size.folder ?? world.folder;
  const file = path.join(folder, 'journal.jsonl');
  const fence = ((await readJournal(file)).at(-1)?.fence ?? 0) + 1;
  const journal = await openJournal(file, fence, systemClock());
  world.journals.push(journal);
  const first =
    journal.records.length === 0 ? [await journal.append(runCreated(size.chunks, size.rows, size.runId))] : [];
  const progress: RunProgress[] = [];
  const rendered: number[] = [];
  const deps: RunDeps = {
    api: world.api,
    journal,
    ownership: { ...HELD, fence },
    files: openRunFiles(folder),
    clock: systemClock(),
    log: { info: () => undefined, warn: () => undefined },
    renderChunks: async function* (indexes) {
      for (const index of indexes) {
        rendered.push(index);
        yield renderChunk(index, size.rows);
      }
    },
    collectChunk: (answers) => countAnswers(folder, answers),
    writeResults: async () => undefined,
    onProgress: (one) => progress.push(one),
    tuning: QUICK,
    ...change,
  };
  return { deps, run: replayRun([...journal.records, ...first]), journal, progress, rendered };
}

export async function listAll(api: BatchApi): Promise<RemoteBatch[]> {
  const batches: RemoteBatch[] = [];
  for await (const batch of api.listBatches(new AbortController().signal)) batches.push(batch);
  return batches;
}

/** Batches at the provider for each chunk and attempt. */
export async function batchesPerAttempt(api: BatchApi, runId = RUN_ID): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { metadata } of await listAll(api)) {
    if (metadata['tranche_run'] !== runId) continue;
    const name = `${metadata['chunk']}-a${metadata['attempt']}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
