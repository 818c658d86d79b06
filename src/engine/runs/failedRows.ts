import { parseTree, type Node } from 'jsonc-parser';
import { openDataset } from '../../core/datasets/openDataset.ts';
import { TrancheError } from '../../core/errors.ts';
import { ROW_OUTCOMES, type RowOutcome } from '../../core/model/outcome.ts';
import { datasetRows } from '../../core/pipeline/datasetRows.ts';
import type { EngineRequests, FailedRow } from '../../protocol/engineProtocol.ts';
import type { Engine } from '../openEngine.ts';
import { finishedResults } from './finishedRun.ts';
import { storedRun } from './storedRuns.ts';

function outcomeOf(text: string): RowOutcome {
  return ROW_OUTCOMES.find((outcome) => outcome === text) ?? 'failed';
}

/** A value's text in full digits: a number is not read as one. */
function textOf(node: Node, line: string): string {
  return node.type === 'string' ? String(node.value) : line.slice(node.offset, node.offset + node.length);
}

function failedRow(line: string): FailedRow {
  const key: string[] = [];
  let status = '';
  let reason: string | null = null;
  for (const { children = [] } of parseTree(line)?.children ?? []) {
    const [name, value] = children;
    if (name === undefined || value === undefined) continue;
    if (name.value === 'status') status = textOf(value, line);
    else if (name.value === 'error') reason = value.type === 'null' ? null : textOf(value, line);
    else key.push(textOf(value, line));
  }
  return { key, status: outcomeOf(status), reason };
}

/** The first rows of a finished run that are not ok, from its results; `notFound` once those are gone. */
export async function failedRows(
  engine: Engine,
  { runId, limit }: EngineRequests['run/failures']['params'],
  signal: AbortSignal,
): Promise<EngineRequests['run/failures']['result']> {
  const run = await storedRun(engine.stateFolder, runId);
  if (run.finished === null) throw new TrancheError('usage', `Run ${runId} has not ended; its rows are counted then.`);
  const found = await finishedResults(run);
  if (found === null) {
    const where = run.created.resultsUri;
    throw new TrancheError('notFound', `The results of run ${runId} are not in ${where} any more.`);
  }
  const total = found.rows.in - found.rows.ok;
  if (total === 0 || limit <= 0) return { total, rows: [] };
  const opened = await openDataset(found.failures, { format: 'parquet' }, engine.env, signal);
  const rows: FailedRow[] = [];
  for await (const bytes of datasetRows(opened.dataset, { columns: null, limit }, engine.env, signal)) {
    const lines = new TextDecoder().decode(bytes).split('\n');
    rows.push(...lines.filter((line) => line !== '').map(failedRow));
  }
  return { total, rows };
}
