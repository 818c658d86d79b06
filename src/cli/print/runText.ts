import type { WrittenResults } from '../../core/collect/writeResults.ts';
import { ROW_OUTCOMES, type RowCounts } from '../../core/model/outcome.ts';
import type { RunEnd } from '../../core/runs/runPorts.ts';
import { runStatus, type ChunkState, type RunState } from '../../core/runs/runState.ts';
import { tableText } from './table.ts';
import { bytesText, countText, usdText } from './units.ts';

const OUTCOME_WORDS: Readonly<Record<(typeof ROW_OUTCOMES)[number], string>> = {
  ok: 'ok',
  failed: 'failed',
  refused: 'refused by the model',
  truncated: 'truncated',
  invalid: 'not as the schema asks',
  expired: 'expired',
  missing: 'missing',
  quarantined: 'quarantined, never sent',
};

/** Rows in and what became of them; the sum is always shown. */
function reconciliationText(rows: RowCounts): string {
  const shown = ROW_OUTCOMES.filter((name) => name === 'ok' || rows[name] > 0);
  const sum = ROW_OUTCOMES.reduce((total, name) => total + rows[name], 0);
  return tableText(
    [{ title: 'Rows', right: true }, { title: '' }],
    [
      ...shown.map((name) => [countText(rows[name]), OUTCOME_WORDS[name]]),
      [countText(sum), `= ${countText(rows.in)} rows in the dataset`],
    ],
  );
}

/** The end of a run as people read it. */
export function runEndText(runId: string, end: RunEnd, results: WrittenResults | null, costUsd: number | null): string {
  const cost = costUsd === null ? 'unknown' : usdText(costUsd);
  const batches = `${countText(end.batchesCreated)} ${end.batchesCreated === 1 ? 'batch' : 'batches'}`;
  const lines = [
    `Run ${runId} ${end.state === 'unsettled' ? 'waits for a decision' : end.state}: ${batches}, cost ${cost}`,
    '',
    reconciliationText(end.counts),
  ];
  for (const { message } of end.unsettled) lines.push('', `  ${message}`);
  if (results) {
    if (end.counts.in > end.counts.ok) lines.push('', `  Rows that are not ok: ${results.failures}`);
    lines.push('', ...results.results);
  }
  return lines.join('\n');
}

function progressOf(run: RunState): string {
  const chunks = [...run.chunks.values()];
  const done = chunks.filter(({ phase }) => phase === 'done').length;
  return `${done}/${chunks.length}`;
}

/** The list of runs, newest first. */
export function runsText(runs: readonly RunState[]): string {
  if (runs.length === 0) return 'No runs yet. Begin one with: tranche run JOB';
  return tableText(
    [
      { title: 'Run' },
      { title: 'Job' },
      { title: 'Provider' },
      { title: 'State' },
      { title: 'Chunks', right: true },
      { title: 'Rows', right: true },
    ],
    runs.map((run) => [
      run.created.runId,
      run.created.job.name,
      run.created.provider.name,
      runStatus(run),
      progressOf(run),
      countText(run.created.rows),
    ]),
  );
}

function chunkRow(chunk: ChunkState): string[] {
  const counts = chunk.counts
    ? `${countText(chunk.counts.completed + chunk.counts.failed)}/${countText(chunk.counts.total)}`
    : '';
  return [
    String(chunk.index),
    chunk.phase,
    countText(chunk.requests),
    bytesText(chunk.bytes),
    counts,
    chunk.batchId ?? '',
    chunk.message ?? '',
  ];
}

/** One run with its chunks. */
export function statusText(run: RunState, owner: string | null): string {
  const { runId, job, provider, model, greatestCostUsd, resultsUri } = run.created;
  const lines = [
    `Run ${runId}: ${runStatus(run)}${owner === null ? '' : `, driven by ${owner}`}`,
    `  Job       ${job.path}`,
    `  Provider  ${provider.name}, ${model}`,
    `  Cost      at most ${greatestCostUsd === null ? 'unknown' : usdText(greatestCostUsd)}`,
    `  Results   ${resultsUri}`,
    '',
    tableText(
      [
        { title: 'Chunk', right: true },
        { title: 'Phase' },
        { title: 'Requests', right: true },
        { title: 'Bytes', right: true },
        { title: 'Answered', right: true },
        { title: 'Batch' },
        { title: '' },
      ],
      [...run.chunks.values()].map(chunkRow),
    ),
  ];
  if (run.finished) lines.push('', reconciliationText(run.finished.counts));
  return lines.join('\n');
}
