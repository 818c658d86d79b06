import type { Plan, PlannedChunk } from '../../core/model/plan.ts';
import { plain } from './plain.ts';
import { tableText } from './table.ts';
import { bytesText, countText, usdText } from '../../protocol/numberTexts.ts';
import { figureText } from './units.ts';

/** Chunks shown before and after the dots of a long plan. */
const SHOWN = 12;

const CLOSED_BY = {
  bytes: 'bytes',
  requests: 'requests',
  inputs: 'inputs',
  tokens: 'tokens',
  end: 'end of data',
} as const;

function chunkRow(plan: Plan, chunk: PlannedChunk): string[] {
  return [
    String(chunk.index),
    countText(chunk.rows),
    bytesText(chunk.bytes),
    `${((100 * chunk.bytes) / plan.limits.maxBytes).toFixed(0)} %`,
    figureText(chunk.tokens, countText),
    CLOSED_BY[chunk.closedBy],
  ];
}

function chunkTable(plan: Plan): string {
  const columns = [
    { title: 'Chunk', right: true },
    { title: 'Rows', right: true },
    { title: 'Bytes', right: true },
    { title: 'Full', right: true },
    { title: 'Tokens', right: true },
    { title: 'Closed by' },
  ];
  const { chunks } = plan;
  const shown = chunks.length <= 2 * SHOWN ? chunks : [...chunks.slice(0, SHOWN), ...chunks.slice(-2)];
  const rows = shown.map((chunk) => chunkRow(plan, chunk));
  if (shown.length < chunks.length) rows.splice(SHOWN, 0, ['...', `${chunks.length - shown.length} more`]);
  return tableText(columns, rows);
}

function limitsText({ limits }: Plan): string {
  const parts = [`${bytesText(limits.maxBytes)}`, `${countText(limits.maxRequests)} requests`];
  if (limits.maxInputs !== null) parts.push(`${countText(limits.maxInputs)} inputs`);
  if (limits.maxTokens !== null) parts.push(`${countText(limits.maxTokens)} tokens`);
  return parts.join(', ');
}

function notPlannedText(plan: Plan): string[] {
  if (plan.notPlannedRows === 0) return [];
  const listed = plan.notPlanned
    .slice(0, 5)
    .map(({ key, row, detail }) => plain(`    ${key.join(', ')} (row ${row + 1}): ${detail}`));
  const more = plan.notPlannedRows - listed.length;
  return [
    '',
    `  Rows without a request: ${countText(plan.notPlannedRows)}`,
    ...listed,
    ...(more > 0 ? [`    ... and ${countText(more)} more`] : []),
  ];
}

function costText({ cost }: Plan): string {
  if (cost.greatest.known === 'unknown') return 'unknown';
  const prices = cost.pricesAsOf === null ? '' : `, prices as of ${cost.pricesAsOf}`;
  return `at most ${usdText(cost.greatest.high)} (input at most ${usdText(cost.input.high)}, output at most ${usdText(cost.output.high)}${prices})`;
}

/** The plan as people read it. */
export function planText(plan: Plan): string {
  const bytes = plan.chunks.reduce((sum, chunk) => sum + chunk.bytes, 0);
  return [
    `Plan of ${plain(plan.dataset)}`,
    `  ${countText(plan.rows)} rows -> ${countText(plan.chunks.length)} ${plan.chunks.length === 1 ? 'chunk' : 'chunks'}, ${bytesText(bytes)}; each under ${limitsText(plan)}`,
    '',
    ...(plan.chunks.length > 0 ? [chunkTable(plan)] : []),
    ...notPlannedText(plan),
    '',
    `  Tokens  ${figureText(plan.tokens, countText)}`,
    `  Cost    ${costText(plan)}`,
    `  Hash    ${plan.planHash}`,
    ...[...plan.warnings, ...plan.cost.warnings].map((warning) => `  Note: ${plain(warning)}`),
  ].join('\n');
}
