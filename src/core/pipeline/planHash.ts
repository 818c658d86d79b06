import type { Hasher } from '../ports.ts';
import { RENDERER_VERSION } from '../render/template.ts';
import type { OpenedJob } from './openJob.ts';

/**
 * sha256 hex over everything that decides the chunks' bytes: the snapshot, the request, the limits, the key, how many rows, and the renderer's version.
 * The same on any machine: no path, time or setting of this one is in it.
 */
export function planHash(opened: OpenedJob, snapshot: string, newHasher: () => Hasher): string {
  const { job, limits } = opened;
  const { endpoint, model, body, onNull } = job.request;
  const facts = [
    ['renderer', RENDERER_VERSION],
    ['snapshot', snapshot],
    ['format', opened.dataset.format, opened.dataset.csv ?? null],
    ['request', endpoint, model, body, onNull],
    ['limits', limits, job.limits.oversized, Object.entries(job.limits.truncate).sort()],
    ['key', opened.key],
    ['rows', job.dataset.limit],
  ];
  const hasher = newHasher();
  hasher.update(new TextEncoder().encode(JSON.stringify(facts)));
  return hasher.digest();
}
