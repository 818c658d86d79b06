import type { ChunkSnapshot, RunHeader } from '../../protocol/runSnapshot.ts';
import { bytesText, countOf, countText, usdText } from '../../protocol/numberTexts.ts';
import { percentText } from '../percentText.ts';
import { stepState } from './chunkSteps.ts';
import type { ChunkGroup, PhaseStep } from './nodeId.ts';
import type { DamagedRun } from './runStore.ts';

/** What a row of the tree shows; `label` never changes while the row lives. */
export interface ItemText {
  readonly label: string;
  readonly description: string;
  /** Plain text. */
  readonly tooltip: string;
  /** For screen readers: the whole row in words. */
  readonly spoken: string;
  readonly icon: string;
  readonly color: string | null;
  /** For menus: `kind:state` and flags. */
  readonly context: string;
  readonly children: 'none' | 'closed' | 'open';
}

const GREEN = 'testing.iconPassed';
const RED = 'testing.iconFailed';
const GREY = 'testing.iconSkipped';
const QUEUED = 'testing.iconQueued';

const joined = (parts: readonly string[]): string => parts.filter((part) => part !== '').join(' · ');

export function notOk({ counts }: Pick<RunHeader, 'counts'>): number {
  return counts === null ? 0 : counts.in - counts.ok;
}

/** `249,871 ok · 129 not ok · $18.02`. */
export function endFigures(run: RunHeader): string {
  const { counts } = run;
  const bad = notOk(run);
  return joined([
    counts === null ? '' : `${countText(counts.ok)} ok`,
    bad === 0 ? '' : `${countText(bad)} not ok`,
    run.rehearsal ? 'no cost' : run.costUsd === null ? '' : usdText(run.costUsd),
  ]);
}

function driverText({ driver, problem }: RunHeader): string {
  if (problem !== null) return 'needs a decision';
  if (driver.kind === 'elsewhere') return `driven by ${driver.owner}`;
  return driver.kind === 'nobody' ? 'stands still' : '';
}

function runDescription(run: RunHeader): string {
  if (run.state === 'finished') return endFigures(run);
  if (run.state === 'cancelled') return joined(['cancelled', endFigures(run)]);
  return joined([
    run.state === 'cancelling' ? 'cancelling' : percentText(run.answered, run.requests),
    `${countText(run.chunks.done)}/${countText(run.chunks.total)}`,
    run.rehearsal ? 'rehearsal' : run.provider,
    driverText(run),
  ]);
}

function runIcon(run: RunHeader): readonly [icon: string, color: string | null] {
  if (run.problem !== null && run.state !== 'finished') return ['error', RED];
  switch (run.state) {
    case 'finished':
      return notOk(run) > 0 ? ['warning', 'charts.yellow'] : ['pass', GREEN];
    case 'cancelled':
      return ['circle-slash', GREY];
    case 'running':
    case 'cancelling':
      return run.driver.kind === 'nobody' ? ['watch', QUEUED] : ['sync~spin', null];
  }
}

function runContext(run: RunHeader): string {
  const isOver = run.state === 'finished' || run.state === 'cancelled';
  const flags = [
    !isOver && run.driver.kind === 'nobody' ? 'stands' : '',
    run.results === null ? '' : 'results',
    (run.results?.failures ?? null) === null ? '' : 'failures',
  ];
  return ['run', run.state, ...flags.filter((flag) => flag !== '')].join(':');
}

function runTooltip(run: RunHeader): string {
  const most = run.greatestCostUsd === null ? 'unknown' : usdText(run.greatestCostUsd);
  const lines = [
    `Run ${run.runId}`,
    `${run.job.path}`,
    `${run.rehearsal ? 'Rehearsal: answers are synthetic' : `${run.provider}, ${run.model}`}`,
    `${countOf(run.rows, 'row')}, ${countOf(run.requests, 'request')}, ${countOf(run.batchesCreated, 'batch', 'batches')} created`,
    run.rehearsal ? '' : `Costs at most ${most}`,
    `Results: ${run.resultsUri}`,
    `Begun ${new Date(run.createdAtMs).toLocaleString()}`,
    run.problem ?? '',
  ];
  return lines.filter((line) => line !== '').join('\n');
}

export function runItem(run: RunHeader): ItemText {
  const description = runDescription(run);
  const [icon, color] = runIcon(run);
  return {
    label: run.job.name,
    description,
    tooltip: runTooltip(run),
    spoken: [
      `Run of ${run.job.name}`,
      run.state,
      description.replaceAll(' · ', ', ').replace(' %', ' percent'),
      run.problem ?? '',
    ]
      .filter((part) => part !== '')
      .join(', '),
    icon,
    color,
    context: runContext(run),
    children: run.state === 'running' || run.state === 'cancelling' ? 'open' : 'closed',
  };
}

export function damagedItem({ runId, message }: DamagedRun): ItemText {
  return {
    label: runId,
    description: message,
    tooltip: message,
    spoken: `Damaged run ${runId}, ${message}`,
    icon: 'error',
    color: RED,
    context: 'damaged',
    children: 'none',
  };
}

const GROUPS: Readonly<Record<ChunkGroup, readonly [label: string, icon: string, color: string | null]>> = {
  stuck: ['Needs a Decision', 'error', RED],
  working: ['In Progress', 'sync', null],
  waiting: ['Waiting for Room', 'watch', QUEUED],
  planned: ['Planned', 'circle-outline', GREY],
  done: ['Done', 'pass', GREEN],
};

export function groupItem(group: ChunkGroup, count: number): ItemText {
  const [label, icon, color] = GROUPS[group];
  return {
    label,
    description: countText(count),
    tooltip: `${label}: ${countOf(count, 'chunk')}`,
    spoken: `${label}, ${countOf(count, 'chunk')}`,
    icon,
    color,
    context: `group:${group}`,
    children: 'closed',
  };
}

const DOING: Readonly<Record<ChunkSnapshot['phase'], string>> = {
  planned: 'planned',
  rendering: 'rendering',
  uploading: 'uploading',
  uploaded: 'uploaded, creating its batch',
  creating: 'uploaded, creating its batch',
  waitingForRoom: "waiting for room in the provider's queue",
  validating: 'validating',
  inProgress: 'in progress',
  finalizing: 'finalizing',
  cancelling: 'cancelling',
  downloading: 'downloading',
  joining: 'joining',
  done: 'joined',
  unsettled: 'needs a decision',
};

/** What a chunk is doing now, with its figure where it has one. */
function chunkDoing({ phase, sentBytes, bytes, answered, requests }: ChunkSnapshot): string {
  const words = DOING[phase];
  if (phase === 'uploading' && sentBytes > 0) return `${words} ${percentText(sentBytes, bytes)}`;
  return phase === 'inProgress' ? `${words} ${countText(answered)}/${countText(requests)}` : words;
}

function chunkEnd({ rowCounts }: ChunkSnapshot): string {
  if (rowCounts === null) return '';
  const bad = rowCounts.in - rowCounts.ok;
  return joined([`${countText(rowCounts.ok)} ok`, bad === 0 ? '' : `${countText(bad)} not ok`]);
}

type Icon = readonly [icon: string, color: string | null];

const CHUNK_ICONS: Readonly<Partial<Record<ChunkSnapshot['phase'], Icon>>> = {
  done: ['pass', GREEN],
  unsettled: ['error', RED],
  planned: ['circle-outline', GREY],
  waitingForRoom: ['watch', QUEUED],
  uploading: ['cloud-upload', null],
  downloading: ['cloud-download', null],
};

function chunkIcon({ phase, rowCounts }: ChunkSnapshot): Icon {
  if (phase === 'done' && rowCounts !== null && rowCounts.ok < rowCounts.in) return ['warning', 'charts.yellow'];
  return CHUNK_ICONS[phase] ?? ['sync~spin', null];
}

export function chunkItem(chunk: ChunkSnapshot, total: number): ItemText {
  const doing = chunkDoing(chunk);
  const [icon, color] = chunkIcon(chunk);
  const attempt = chunk.attempt > 1 ? `attempt ${chunk.attempt}` : '';
  return {
    label: `Chunk ${chunk.index}`,
    description: joined([doing, chunkEnd(chunk), attempt, chunk.message ?? '']),
    tooltip: [
      `Chunk ${chunk.index} of ${total}: ${countOf(chunk.requests, 'request')}, ${bytesText(chunk.bytes)}`,
      chunk.batchId === null ? '' : `Batch ${chunk.batchId}`,
      chunk.message ?? '',
    ]
      .filter((line) => line !== '')
      .join('\n'),
    spoken: [`Chunk ${chunk.index} of ${total}`, doing.replace(' %', ' percent'), chunkEnd(chunk), chunk.message ?? '']
      .filter((part) => part !== '')
      .join(', ')
      .replaceAll(' · ', ', '),
    icon,
    color,
    context: ['chunk', chunk.phase, ...(chunk.batchId === null ? [] : ['batch'])].join(':'),
    children: 'closed',
  };
}

const STEP_LABELS: Readonly<Record<PhaseStep, string>> = {
  render: 'Render',
  upload: 'Upload',
  validate: 'Validate',
  process: 'Process',
  download: 'Download',
  join: 'Join',
};

function stepDoneText(chunk: ChunkSnapshot, step: PhaseStep): string {
  if (step === 'render' || step === 'upload') return bytesText(chunk.bytes);
  if (step === 'process') return countOf(chunk.requests, 'request');
  return step === 'join' ? chunkEnd(chunk) : '';
}

export function phaseItem(chunk: ChunkSnapshot, step: PhaseStep): ItemText {
  const state = stepState(chunk, step);
  const label = STEP_LABELS[step];
  const description = state === 'now' ? chunkDoing(chunk) : state === 'done' ? stepDoneText(chunk, step) : '';
  const [icon, color] =
    state === 'done'
      ? (['pass', GREEN] as const)
      : state === 'later'
        ? (['circle-outline', GREY] as const)
        : chunkIcon(chunk);
  const words = { done: 'done', now: 'now', later: 'not begun' } as const;
  return {
    label,
    description,
    tooltip: `${label}: ${description === '' ? words[state] : description}`,
    spoken: [label, words[state], description.replace(' %', ' percent')].filter((part) => part !== '').join(', '),
    icon,
    color,
    context: `phase:${state}`,
    children: 'none',
  };
}
