import type { ChunkProgress, RunProgress } from '../core/runs/runPorts.ts';
import type { ChunkState, RunState } from '../core/runs/runState.ts';
import type { ProgressLine } from './progressLine.ts';
import { bytesText, countText } from '../protocol/numberTexts.ts';
import { durationText } from './print/units.ts';

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

/** Where a chunk stood when its run was last driven. */
function progressOf(chunk: ChunkState): ChunkProgress {
  const { index, attempt, phase, bytes, requests, counts, batchId, rowCounts, message } = chunk;
  const answered = counts === null ? 0 : counts.completed + counts.failed;
  return { chunk: index, attempt, phase, bytes, sentBytes: 0, requests, answered, batchId, rowCounts, message };
}

/** Shows a run on the progress line: one bar over all requests, and the chunks that are on their way. What an earlier owner did counts. */
export function openRunProgress(run: Pick<RunState, 'chunks'>, progress: ProgressLine): (news: RunProgress) => void {
  const began = Date.now();
  const total = [...run.chunks.values()].reduce((sum, { requests }) => sum + requests, 0);
  const latest = new Map([...run.chunks.values()].map((chunk) => [chunk.index, progressOf(chunk)]));
  return (news) => {
    if (news.kind === 'note') {
      progress.note(news.message);
      return;
    }
    latest.set(news.chunk, news);
    const all = [...latest.values()];
    const behind = all.reduce((sum, chunk) => sum + shareOf(chunk) * chunk.requests, 0);
    const share = total === 0 ? 1 : behind / total;
    const done = all.filter((chunk) => chunk.phase === 'done').length;
    const moving = all.filter((chunk) => chunk.phase !== 'done' && chunk.phase !== 'planned');
    const more = moving.length > SHOWN ? [`  ... and ${moving.length - SHOWN} more`] : [];
    const head = `${bar(share)} ${Math.floor(100 * share)} %  ${done}/${latest.size} chunks  ${durationText(Date.now() - began)}`;
    progress.show([head, ...moving.slice(0, SHOWN).map(chunkLine), ...more]);
  };
}
