import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';
import type { TestApi } from '../../../src/extension/testApi.ts';
import { openExtension, sampleFile, until } from './support.ts';

const STEP_WITHIN_MS = 1_200_000;
const LOOK_AT_MEMORY_MS = 250;
const ROWS_PER_CHUNK = 2_500;
const MB = 1_000_000;

interface Figures {
  readonly steps: { readonly name: string; readonly seconds: number }[];
  readonly rows: { readonly name: string; readonly rows: number | null }[];
  readonly memory: { readonly beforeMb: number; readonly mostMb: number; readonly mostHeapMb: number };
  readonly slices: ReturnType<TestApi['slices']>;
  readonly chunks: number;
}

/** Watches this process, which other extensions of the editor live in, too. */
function watchMemory() {
  const before = process.memoryUsage();
  let [most, mostHeap] = [before.rss, before.heapUsed];
  const timer = setInterval(() => {
    const { rss, heapUsed } = process.memoryUsage();
    [most, mostHeap] = [Math.max(most, rss), Math.max(mostHeap, heapUsed)];
  }, LOOK_AT_MEMORY_MS);
  return (): Figures['memory'] => {
    clearInterval(timer);
    return { beforeMb: before.rss / MB, mostMb: most / MB, mostHeapMb: mostHeap / MB };
  };
}

async function writeJob(data: string): Promise<vscode.Uri> {
  const job = sampleFile('bench.tranche.json');
  const messages = [
    { role: 'system', content: 'Classify the post by topic.' },
    { role: 'user', content: '{{text}}' },
  ];
  const request = { endpoint: '/v1/chat/completions', model: 'gpt-4o-mini', body: { messages } };
  const limits = { maxRequests: ROWS_PER_CHUNK };
  await writeFile(job.fsPath, JSON.stringify({ dataset: { uri: data, key: 'id' }, request, limits }));
  return job;
}

async function weighed(
  { pages }: TestApi,
  table: vscode.Uri,
  command: () => Thenable<unknown>,
): Promise<number | null> {
  await command();
  const title = table.path.split('/').at(-1);
  const page = await until(
    `the footprint of ${title}`,
    () => pages().find((one) => one.page === 'footprint' && one.title === title),
    ({ state }) => state === 'done',
    STEP_WITHIN_MS,
  );
  return page.page === 'footprint' ? (page.snapshot?.footprint.rows.value ?? null) : null;
}

async function measureAll(api: TestApi, data: string): Promise<Omit<Figures, 'memory' | 'slices'>> {
  const steps: { name: string; seconds: number }[] = [];
  const timed = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const beganMs = performance.now();
    const result = await work();
    steps.push({ name, seconds: (performance.now() - beganMs) / 1000 });
    return result;
  };
  const table = vscode.Uri.file(data);
  const job = await writeJob(data);
  await vscode.commands.executeCommand('tranche.runs.focus');
  const profiled = await timed('Profile', () =>
    weighed(api, table, () => vscode.commands.executeCommand('tranche.profile', table)),
  );
  const plan = await timed('Plan', async () => {
    await vscode.commands.executeCommand('tranche.plan', job);
    const isPlanned = ({ state }: { readonly state: string }): boolean => state === 'planned';
    const found = () => api.pages().find((page) => page.title === 'bench.tranche.json');
    const page = await until('the plan', found, isPlanned, STEP_WITHIN_MS);
    return page.page === 'plan' ? (page.planned?.plan ?? null) : null;
  });
  const run = await timed('Rehearse', async () => {
    await vscode.commands.executeCommand('tranche.rehearse', job);
    return until(
      'the run',
      () => api.runs()[0],
      ({ state }) => state === 'finished',
      STEP_WITHIN_MS,
    );
  });
  const results = await timed('Open results', async () => {
    await vscode.commands.executeCommand('tranche.openResults', `run/${run.runId}`);
    const found = () => api.pages().find((page) => page.page === 'rows');
    const page = await until('the rows', found, ({ state }) => state === 'done', STEP_WITHIN_MS);
    return page.table?.totalRows ?? null;
  });
  const { in: rowsIn, ...outcomes } = run.counts ?? { in: 0 };
  const rows = [
    { name: 'profiled', rows: profiled },
    { name: 'planned', rows: plan?.rows ?? null },
    { name: 'rehearsed', rows: rowsIn },
    { name: 'with an outcome', rows: Object.values(outcomes).reduce((sum, count) => sum + count, 0) },
    { name: 'in the results', rows: results },
  ];
  return { steps, rows, chunks: run.chunks.total };
}

describe('the editor', () => {
  it('takes a large table from its footprint to its results', async function () {
    this.timeout(4 * STEP_WITHIN_MS);
    const { TRANCHE_BENCH_DATA: data, TRANCHE_BENCH_FIGURES: figures } = process.env;
    assert.ok(data !== undefined && figures !== undefined);
    const api = await openExtension();
    api.answer({ tell: async () => undefined });
    const memory = watchMemory();
    const measured = await measureAll(api, data);
    const all: Figures = { ...measured, memory: memory(), slices: api.slices() };
    await writeFile(figures, JSON.stringify(all));
  });
});
