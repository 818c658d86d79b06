import type { Plan } from '../core/model/plan.ts';
import type { ChunkProgress, RunProgress } from '../core/runs/runPorts.ts';
import type { ProgressLine } from './progressLine.ts';
import { bytesText, countText, durationText } from './print/units.ts';

const PHASES: Readonly<Record<ChunkProgress['phase'], string>> = {
  planned: 'planned',
  rendering: 'rendering',
  uploading: 'uploading',
  uploaded: 'uploaded',
  creating: 'creating the batch',
  waitingForRoom: 'waiting for room in the queue',
  validating: 'validating',
  inProgress: 'in progress',
  finalizing: 'finalizing',
  cancelling: 'cancelling',
  downloading: 'downloading',
  joining: 'joining',
  done: 'done',
  unsettled: 'unsettled',
};
/** Chunk lines under the bar. */
const SHOWN = 8;
const BAR = 30;

function bar(share: number): string {
  const full = Math.round(BAR * Math.min(1, Math.max(0, share)));
  return '█'.repeat(full) + '░'.repeat(BAR - full);
}

function chunkLine(chunk: ChunkProgress): string {
  const name = `  Chunk ${String(chunk.chunk).padStart(4, '0')}`;
  const phase = PHASES[chunk.phase];
  if (chunk.phase === 'uploading') {
    const percent = chunk.bytes === 0 ? 100 : Math.floor((100 * chunk.sentBytes) / chunk.bytes);
    return `${name}  ${phase} ${percent} % of ${bytesText(chunk.bytes)}`;
  }
  if (chunk.phase === 'inProgress')
    return `${name}  ${phase} ${countText(chunk.answered)}/${countText(chunk.requests)}`;
  return `${name}  ${phase}`;
}

/** Share of a chunk's way that is behind it, for the bar. */
function shareOf({ phase, answered, requests, bytes, sentBytes }: ChunkProgress): number {
  if (phase === 'done') return 1;
  if (phase === 'uploading') return bytes === 0 ? 0.1 : (0.1 * sentBytes) / bytes;
  if (phase === 'inProgress') return 0.15 + (requests === 0 ? 0 : (0.75 * answered) / requests);
  const fixed: Partial<Record<ChunkProgress['phase'], number>> = {
    planned: 0,
    rendering: 0,
    finalizing: 0.9,
    downloading: 0.93,
    joining: 0.97,
  };
  return fixed[phase] ?? 0.12;
}

/** Shows a run on the progress line: one bar over all requests, and the chunks that are on their way. */
export function openRunProgress(plan: Pick<Plan, 'chunks'>, progress: ProgressLine): (news: RunProgress) => void {
  const began = Date.now();
  const requests = new Map(plan.chunks.map((chunk) => [chunk.index, chunk.requests]));
  const total = [...requests.values()].reduce((sum, count) => sum + count, 0);
  const latest = new Map<number, ChunkProgress>();
  return (news) => {
    if (news.kind === 'note') {
      progress.note(news.message);
      return;
    }
    latest.set(news.chunk, news);
    const all = [...latest.values()];
    const behind = all.reduce((sum, chunk) => sum + shareOf(chunk) * (requests.get(chunk.chunk) ?? 0), 0);
    const share = total === 0 ? 1 : behind / total;
    const done = all.filter((chunk) => chunk.phase === 'done').length;
    const moving = all.filter((chunk) => chunk.phase !== 'done' && chunk.phase !== 'planned');
    const more = moving.length > SHOWN ? [`  ... and ${moving.length - SHOWN} more`] : [];
    const head = `${bar(share)} ${Math.floor(100 * share)} %  ${done}/${requests.size} chunks  ${durationText(Date.now() - began)}`;
    progress.show([head, ...moving.slice(0, SHOWN).map(chunkLine), ...more]);
  };
}
