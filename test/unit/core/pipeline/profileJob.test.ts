import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Plan } from '../../../../src/core/model/plan.ts';
import { openJob } from '../../../../src/core/pipeline/openJob.ts';
import { planJob } from '../../../../src/core/pipeline/planJob.ts';
import { profileDataset } from '../../../../src/core/pipeline/profileDataset.ts';
import type { Footprint } from '../../../../src/core/profile/footprint.ts';
import { loadJob } from '../../../../src/engine/loadJob.ts';
import { openReadEnv } from '../../../../src/engine/readEnv.ts';
import { newHasher } from '../../../../src/platform/newHasher.ts';
import { openTempSpace } from '../../../../src/platform/tempSpace.ts';
import { inlinePool } from './inlinePool.ts';

const ROWS = 30_000;
const never = new AbortController().signal;
const prices = { list: 'openai', overrides: {}, nowMs: Date.UTC(2026, 8, 30) } as const;
let folder = '';
let data = '';

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tranche-profile-'));
  data = path.join(folder, 'rows.jsonl');
  const lines = Array.from({ length: ROWS }, (_, row) =>
    JSON.stringify({
      id: `row-${row}`,
      text: row % 50 === 0 ? null : `Say "hello"\n${'to them '.repeat(row % 301)}`,
      unused: 'x'.repeat(20),
      deep: { lang: row % 2 ? 'en' : 'de' },
    }),
  );
  await writeFile(data, `${lines.join('\n')}\n`);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function writeJob(more: object = {}, limits: object = {}): Promise<string> {
  const file = path.join(folder, 'ask.tranche.json');
  const job = {
    dataset: { uri: 'elsewhere.parquet', key: 'id', ...more },
    limits,
    request: {
      endpoint: '/v1/chat/completions',
      model: 'gpt-4o-mini',
      body: {
        messages: [
          { role: 'system', content: 'In {{deep.lang}}.' },
          { role: 'user', content: '{{text}} {{text}}' },
        ],
        max_completion_tokens: 20,
      },
    },
  };
  await writeFile(file, JSON.stringify(job));
  return file;
}

async function profiled(jobFile: string, wholeBytes: number): Promise<Footprint> {
  const request = { uri: data, format: null, job: await loadJob(jobFile), exact: false, wholeBytes };
  const deps = { env: await openReadEnv(), pool: inlinePool(), prices, nowMs: () => performance.now() };
  let last: Footprint | undefined;
  for await (const { footprint } of profileDataset(request, deps, never)) last = footprint;
  if (!last) throw new Error('no snapshot');
  return last;
}

async function planned(jobFile: string): Promise<Plan> {
  const { job, source } = await loadJob(jobFile);
  const env = await openReadEnv();
  const opened = await openJob({ ...job, dataset: { ...job.dataset, uri: data } }, source, env, never);
  const temp = openTempSpace();
  try {
    const deps = { env, pool: inlinePool(), temp, newHasher, prices, onRows: () => undefined };
    return await planJob(opened, { balance: null, kept: null }, deps, never);
  } finally {
    await temp.close();
  }
}

const bytesOf = ({ chunks }: Plan): number => chunks.reduce((sum, { bytes }) => sum + bytes, 0);
const requestsOf = ({ chunks }: Plan): number => chunks.reduce((sum, { requests }) => sum + requests, 0);

it('gives the lines, tokens and greatest cost of the plan once everything was measured', async () => {
  const job = await writeJob();
  const [footprint, plan] = [await profiled(job, 1e9), await planned(job)];
  expect(footprint.stage).toBe('exact');
  expect(footprint.bytes.rendered).toMatchObject({ value: bytesOf(plan), known: 'exact' });
  expect(footprint.request?.requests).toMatchObject({ value: requestsOf(plan), known: 'exact' });
  expect(footprint.tokens).toEqual(plan.tokens);
  expect(footprint.cost).toEqual(plan.cost.greatest);
});

it('says which columns the request uses and what they put in', async () => {
  const footprint = await profiled(await writeJob(), 1e9);
  const byName = new Map(footprint.columns.map((column) => [column.name, column]));
  expect(byName.get('unused')).toMatchObject({ used: false, rendered: { value: 0, known: 'exact' } });
  const text = byName.get('text');
  const texts = Array.from({ length: ROWS }, (_, row) => (row % 50 === 0 ? 0 : 15 + 8 * (row % 301)));
  expect(text?.used).toBe(true);
  expect(text?.rendered.high).toBe(2 * texts.reduce((sum, bytes) => sum + bytes, 0));
  const deep = byName.get('deep');
  expect(deep?.rendered.high).toBe(2 * ROWS);
  expect(deep?.rendered.low).toBeLessThanOrEqual(2 * (ROWS - ROWS / 50));
});

it('holds what is counted line by line in the intervals of a sample', async () => {
  const footprint = await profiled(await writeJob(), 1000);
  const plan = await planned(await writeJob({}, { maxTokens: 1e9 }));
  expect(plan.tokens.known).toBe('exact');
  expect(footprint.stage).toBe('sample');
  for (const [figure, value] of [
    [footprint.bytes.rendered, bytesOf(plan)],
    [footprint.request?.requests, requestsOf(plan)],
    [footprint.tokens, plan.tokens.value],
  ] as const) {
    expect(figure?.known).toBe('estimate');
    expect(figure?.low).toBeLessThanOrEqual(value);
    expect(figure?.high).toBeGreaterThanOrEqual(value);
  }
  expect(footprint.cost.high).toBeGreaterThanOrEqual(plan.cost.greatest.value);
});

it('bounds the tokens and the greatest cost of the plan by what is counted line by line', async () => {
  const plan = await planned(await writeJob());
  const counted = await planned(await writeJob({}, { maxTokens: 1e9 }));
  expect(plan.tokens.low).toBeLessThanOrEqual(counted.tokens.value);
  expect(plan.tokens.high).toBeGreaterThanOrEqual(counted.tokens.value);
  expect(plan.tokens.high - plan.tokens.low).toBeLessThan(0.05 * counted.tokens.value);
  expect(plan.cost.greatest.value).toBeGreaterThanOrEqual(counted.cost.greatest.value);
  expect(plan.cost.greatest.value).toBeLessThan(1.2 * counted.cost.greatest.value);
});

it('measures the first rows exactly where the job takes no more', async () => {
  const job = await writeJob({ limit: 1000 });
  const [footprint, plan] = [await profiled(job, 1000), await planned(job)];
  expect(footprint.request?.requests).toMatchObject({ value: 980, known: 'exact' });
  expect(footprint.bytes.rendered.value).toBe(bytesOf(plan));
});
