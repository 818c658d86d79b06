import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { JobSource } from '../../../../src/core/job/jobSource.ts';
import type { Job } from '../../../../src/core/model/job.ts';
import type { Plan } from '../../../../src/core/model/plan.ts';
import { openJob, type OpenedJob } from '../../../../src/core/pipeline/openJob.ts';
import { planJob, type PlanDeps, type PlanOptions } from '../../../../src/core/pipeline/planJob.ts';
import { renderChunks, type RenderDeps } from '../../../../src/core/pipeline/renderChunks.ts';
import { loadJob } from '../../../../src/engine/loadJob.ts';
import { openReadEnv } from '../../../../src/engine/readEnv.ts';
import { newHasher } from '../../../../src/platform/newHasher.ts';
import { openTempSpace } from '../../../../src/platform/tempSpace.ts';
import { inlinePool } from './inlinePool.ts';

const never: AbortSignal = new AbortController().signal;
const prices = { list: 'openai', overrides: {}, nowMs: Date.UTC(2026, 8, 30) } as const;

/** A folder with datasets, and jobs over them. */
export interface JobWorld {
  readonly put: (name: string, content: string | Uint8Array) => Promise<string>;
  readonly putRows: (name: string, rows: readonly object[]) => Promise<string>;
  /** A job over a dataset; `more` goes over the defaults, section by section. */
  readonly load: (uri: string, more?: Readonly<Record<string, object>>) => Promise<{ job: Job; source: JobSource }>;
  /** The same, opened. */
  readonly open: (uri: string, more?: Readonly<Record<string, object>>) => Promise<OpenedJob>;
  readonly plan: (opened: OpenedJob, options?: Partial<PlanOptions>, deps?: Partial<PlanDeps>) => Promise<Plan>;
  readonly close: () => Promise<void>;
}

const ASK = {
  endpoint: '/v1/chat/completions',
  model: 'gpt-4o-mini',
  body: { messages: [{ role: 'user', content: '{{text}}' }], max_completion_tokens: 20 },
};

export async function openJobWorld(): Promise<JobWorld> {
  const folder = await mkdtemp(path.join(tmpdir(), 'tranche-job-'));
  const temp = openTempSpace();
  const put = async (name: string, content: string | Uint8Array): Promise<string> => {
    await writeFile(path.join(folder, name), content);
    return path.join(folder, name);
  };
  const load: JobWorld['load'] = async (uri, more = {}) => {
    const { dataset, request, ...rest } = more;
    const json = { dataset: { uri, key: 'id', ...dataset }, request: { ...ASK, ...request }, ...rest };
    const { job, source } = await loadJob(await put('ask.tranche.json', JSON.stringify(json)));
    return { job: { ...job, dataset: { ...job.dataset, uri } }, source };
  };
  return {
    put,
    load,
    putRows: (name, rows) => put(name, rows.map((row) => `${JSON.stringify(row)}\n`).join('')),
    open: async (uri, more) => {
      const { job, source } = await load(uri, more);
      return openJob(job, source, await openReadEnv(), never);
    },
    plan: async (opened, options = {}, deps = {}) => {
      const env = await openReadEnv();
      const all = { env, pool: inlinePool(), temp, newHasher, prices, onRows: () => undefined, ...deps };
      return planJob(opened, { balance: null, kept: null, ...options }, all, never);
    },
    close: async () => {
      await temp.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Chunks rendered to memory; `onChunk` hears of each with the number of blocks that were read until then. */
export async function renderedChunks(
  opened: OpenedJob,
  part: RenderDeps['part'],
  more: Partial<RenderDeps> = {},
): Promise<{ index: number; text: string; blocks: number }[]> {
  const env = await openReadEnv();
  let blocks = 0;
  const texts = new Map<number, string>();
  const deps: RenderDeps = {
    env,
    pool: inlinePool(),
    newHasher,
    bytesOf: () => null,
    part,
    kept: null,
    onBlock: async () => {
      blocks++;
    },
    openSink: async (index) => {
      let text = '';
      return {
        write: async (bytes) => {
          text += new TextDecoder().decode(bytes);
        },
        close: async () => {
          texts.set(index, text);
          return { body: { kind: 'bytes', parts: [] }, release: async () => undefined };
        },
        discard: async () => undefined,
      };
    },
    ...more,
  };
  const chunks: { index: number; text: string; blocks: number }[] = [];
  for await (const { index } of renderChunks(opened, deps, never))
    chunks.push({ index, text: texts.get(index) ?? '', blocks });
  return chunks;
}
