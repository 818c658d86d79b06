import { expect } from 'vitest';
import { TrancheError } from '../../../../src/core/errors.ts';
import type { JobFiles } from '../../../../src/core/job/jobFiles.ts';
import { readJob } from '../../../../src/core/job/readJob.ts';
import type { Job } from '../../../../src/core/model/job.ts';

/** Where the jobs of `jobText` lie. */
export const PATH = '/jobs/posts.tranche.json';
/** Files beside them. */
export const files: JobFiles = {
  resolve: (path) => (path.startsWith('/') ? path : `/jobs/${path}`),
  readText: async (path) => {
    if (path === 'prompt.md') return 'Judge {{text}}\n';
    throw new TrancheError('badJob', `the file "${path}" is not there.`);
  },
};

/** Reads a job's text. */
export const read = async (text: string): Promise<Job> => (await readJob(text, PATH, files)).job;

/** A whole job with some lines changed, `replace` mapping what stands to what shall. */
export function jobText(replace: Record<string, string> = {}): string {
  let text = `{
  "dataset": { "uri": "posts.csv", "key": "id" },
  "request": {
    "endpoint": "/v1/chat/completions",
    "model": "gpt-4o-mini",
    "body": { "messages": [{ "role": "user", "content": "{{text}}" }] }
  },
  "limits": {},
  "results": {}
}`;
  for (const [from, to] of Object.entries(replace)) {
    expect(text).toContain(from);
    text = text.replace(from, () => to);
  }
  return text;
}
