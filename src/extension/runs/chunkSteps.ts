import type { ChunkSnapshot } from '../../protocol/runSnapshot.ts';
import { PHASE_STEPS, type ChunkGroup, type PhaseStep } from './nodeId.ts';

type Phase = ChunkSnapshot['phase'];

/** Which step a phase is in: `process` stands for all the time at the provider but its look at the file. */
const STEP_OF: Readonly<Record<Phase, PhaseStep | 'none' | 'all'>> = {
  planned: 'none',
  rendering: 'render',
  uploading: 'upload',
  uploaded: 'validate',
  creating: 'validate',
  waitingForRoom: 'validate',
  validating: 'validate',
  inProgress: 'process',
  finalizing: 'process',
  cancelling: 'process',
  downloading: 'download',
  joining: 'join',
  done: 'all',
  unsettled: 'validate',
};

const GROUP_OF: Readonly<Record<Phase, ChunkGroup>> = {
  planned: 'planned',
  rendering: 'working',
  uploading: 'working',
  uploaded: 'working',
  creating: 'working',
  waitingForRoom: 'waiting',
  validating: 'working',
  inProgress: 'working',
  finalizing: 'working',
  cancelling: 'working',
  downloading: 'working',
  joining: 'working',
  done: 'done',
  unsettled: 'stuck',
};

export function groupOf({ phase }: ChunkSnapshot): ChunkGroup {
  return GROUP_OF[phase];
}

/** How far a chunk is with one of its steps. */
export function stepState({ phase }: ChunkSnapshot, step: PhaseStep): 'done' | 'now' | 'later' {
  const now = STEP_OF[phase];
  if (now === 'all') return 'done';
  if (now === 'none') return 'later';
  const distance = PHASE_STEPS.indexOf(step) - PHASE_STEPS.indexOf(now);
  return distance < 0 ? 'done' : distance === 0 ? 'now' : 'later';
}
