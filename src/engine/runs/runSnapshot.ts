import type { ChunkProgress } from '../../core/runs/runPorts.ts';
import { runStatus, type ChunkState, type RunState } from '../../core/runs/runState.ts';
import type { ChunkSnapshot, RunDriver, RunHeader, RunSnapshot } from '../../protocol/runSnapshot.ts';

/** What a run's journal does not tell of it. */
export interface RunFacts {
  readonly driver: RunDriver;
  readonly costUsd: number | null;
  readonly results: RunHeader['results'];
  /** Why nobody could go on with it. */
  readonly problem: string | null;
  /** News of chunks that this process drives, by chunk. */
  readonly live: ReadonlyMap<number, ChunkProgress>;
}

function answeredOf({ counts }: ChunkState, live: ChunkProgress | undefined): number {
  const recorded = counts === null ? 0 : counts.completed + counts.failed;
  return Math.max(recorded, live?.answered ?? 0);
}

/** A chunk for a row of a tree; `live` is the newest news of it in this process. */
export function chunkSnapshot(chunk: ChunkState, news: ChunkProgress | undefined): ChunkSnapshot {
  const { index, phase, attempt, rows, requests, bytes, fileId, batchId, rowCounts, message } = chunk;
  const live = news?.attempt === attempt ? news : undefined;
  return {
    index,
    phase,
    attempt,
    rows,
    requests,
    bytes,
    sentBytes: fileId === null ? (live?.sentBytes ?? 0) : bytes,
    answered: answeredOf(chunk, live),
    batchId,
    rowCounts,
    message,
  };
}

/** Why an unfinished run stands still although it was driven: chunks that a person has to decide on. */
function unsettledSentence({ chunks }: RunState): string | null {
  const unsettled = [...chunks.values()].filter(({ phase }) => phase === 'unsettled');
  const [first] = unsettled;
  if (first === undefined) return null;
  const more = unsettled.length > 1 ? ` (${unsettled.length} chunks are in doubt.)` : '';
  return `${first.message ?? `Chunk ${first.index} is in doubt.`}${more}`;
}

/** A run without its chunks. */
function runHeader(run: RunState, { driver, costUsd, results, problem, live }: RunFacts): RunHeader {
  const { created, finished } = run;
  const chunks = [...run.chunks.values()];
  return {
    runId: created.runId,
    state: runStatus(run),
    driver,
    job: created.job,
    planHash: created.planHash,
    provider: created.provider.name,
    rehearsal: created.provider.rehearsal,
    endpoint: created.endpoint,
    model: created.model,
    rows: created.rows,
    requests: chunks.reduce((sum, { requests }) => sum + requests, 0),
    answered: chunks.reduce((sum, chunk) => sum + chunkSnapshot(chunk, live.get(chunk.index)).answered, 0),
    chunks: { total: chunks.length, done: chunks.filter(({ phase }) => phase === 'done').length },
    createdAtMs: run.createdAtMs,
    lastEventAtMs: run.lastEventAtMs,
    greatestCostUsd: created.greatestCostUsd,
    costUsd,
    counts: finished?.counts ?? null,
    batchesCreated: run.batchesCreated,
    resultsUri: created.resultsUri,
    results,
    problem: finished === null && driver.kind === 'nobody' ? (problem ?? unsettledSentence(run)) : null,
  };
}

/** A run with the chunks of these indexes, or all. */
export function runSnapshot(
  run: RunState,
  facts: RunFacts,
  indexes: Iterable<number> = run.chunks.keys(),
): RunSnapshot {
  const chunks = [...indexes].flatMap((index) => {
    const chunk = run.chunks.get(index);
    return chunk === undefined ? [] : [chunkSnapshot(chunk, facts.live.get(index))];
  });
  return { run: runHeader(run, facts), chunks };
}
