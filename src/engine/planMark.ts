import type { OpenedJob } from '../core/pipeline/openJob.ts';
import { planHash } from '../core/pipeline/planHash.ts';
import type { Hasher } from '../core/ports.ts';

/**
 * What a job and its data look like without any row being read: as long as it stays, a plan of this machine holds. Sizes and times of files stand
 * for their content, so it is no plan hash and goes nowhere.
 */
export function planMark(opened: OpenedJob, newHasher: () => Hasher): string {
  const files = opened.dataset.files.map(({ uri, sizeBytes, modifiedMs }) => [uri, sizeBytes, modifiedMs]);
  return planHash(opened, JSON.stringify(files), newHasher);
}
