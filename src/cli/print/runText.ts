import type { WrittenResults } from '../../core/collect/writeResults.ts';
import { ROW_OUTCOMES, type RowCounts } from '../../core/model/outcome.ts';
import type { RunEnd } from '../../core/runs/runPorts.ts';
import { runStatus, type ChunkState, type RunState } from '../../core/runs/runState.ts';
import type { LeaseOwner } from '../../platform/lease.ts';
import { plain } from './plain.ts';
import { tableText } from './table.ts';
import { bytesText, countText, usdText } from '../../protocol/numberTexts.ts';

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

/** The end of a run as people read it; `results` is null where there are none (any more). */
export function runEndText(
  runId: string,
  end: RunEnd,
  results: Pick<WrittenResults, 'results' | 'failures'> | null,
  costUsd: number | null,
): string {
  const cost = costUsd === null ? 'unknown' : usdText(costUsd);
  const batches = `${countText(end.batchesCreated)} ${end.batchesCreated === 1 ? 'batch' : 'batches'}`;
  const lines = [
    `Run ${runId} ${end.state === 'unsettled' ? 'waits for a decision' : end.state}: ${batches}, cost ${cost}`,
    '',
    reconciliationText(end.counts),
  ];
  for (const { message } of end.unsettled) lines.push('', `  ${plain(message)}`);
  if (results) {
    if (end.counts.in > end.counts.ok) lines.push('', `  Rows that are not ok: ${plain(results.failures)}`);
    lines.push('', ...results.results.map(plain));
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

/** Who drives an unfinished run, or how to go on with it. */
function ownerText(run: RunState, owner: LeaseOwner | null): string[] {
  if (run.finished) return [];
  const { runId } = run.created;
  if (owner === null) return [`none; go on with: tranche resume ${runId}`];
  return [owner.isLiving ? owner.who : `${owner.who}, which is gone; go on with: tranche resume ${runId}`];
}

/** One run with its chunks. */
export function statusText(run: RunState, owner: LeaseOwner | null): string {
  const { runId, job, provider, model, greatestCostUsd, resultsUri } = run.created;
  const lines = [
    `Run ${runId}: ${runStatus(run)}`,
    ...ownerText(run, owner).map((line) => `  Owner     ${plain(line)}`),
    `  Job       ${plain(job.path)}`,
    `  Provider  ${provider.name}, ${plain(model)}`,
    `  Cost      at most ${greatestCostUsd === null ? 'unknown' : usdText(greatestCostUsd)}`,
    `  Results   ${plain(resultsUri)}`,
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
