import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { profileDataset } from '../../../../src/core/pipeline/profileDataset.ts';
import type { ColumnFootprint } from '../../../../src/core/profile/footprint.ts';
import { openReadEnv } from '../../../../src/engine/readEnv.ts';
import { inlinePool } from './inlinePool.ts';
import { openJobWorld, renderedChunks, type JobWorld } from './jobWorld.ts';

const ROWS = 12_000;
const LATE_ROW = 9000;
const filler = 'some words to fill the first megabyte of the file '.repeat(3);

let world: JobWorld;
beforeAll(async () => {
  world = await openJobWorld();
});
afterAll(() => world.close());

/** Lines of about 200 bytes: the first 1 MB ends with row 5000 or so. */
function lines(from: number, more: (row: number) => object): object[] {
  return Array.from({ length: ROWS }, (_, index) => {
    const row = from + index;
    return { id: `row-${row}`, text: `${filler}${row}`, ...more(row) };
  });
}

const late = (row: number): object => (row < LATE_ROW ? {} : { remark: `remark ${row}`, deep: { lang: 'en' } });
const asking = (content: string): object => ({ body: { messages: [{ role: 'user', content }] } });

it('fills a key that first appears behind the first megabyte', async () => {
  const uri = await world.putRows('late.jsonl', lines(0, late));
  const opened = await world.open(uri, {
    request: { ...asking('{{remark}} in {{deep.lang}}'), onNull: 'empty' },
    results: { columns: ['remark'] },
  });
  expect(opened.carriedColumns.map(({ name }) => name)).toEqual(['remark']);
  expect(opened.descriptions[0]?.columns.map(({ name }) => name)).toEqual(['id', 'text', 'remark', 'deep']);
  const plan = await world.plan(opened);
  expect(plan.chunks.reduce((sum, { requests }) => sum + requests, 0)).toBe(ROWS);
  const [chunk] = await renderedChunks(opened, null);
  const rendered = chunk?.text.split('\n') ?? [];
  expect(rendered[LATE_ROW - 1]).toContain('"content":" in "');
  expect(rendered[LATE_ROW]).toContain(`"content":"remark ${LATE_ROW} in en"`);
});

it('gives rows without it the outcome the job says', async () => {
  const uri = await world.putRows('late.jsonl', lines(0, late));
  const plan = await world.plan(await world.open(uri, { request: asking('{{remark}}') }));
  expect(plan.rows).toBe(ROWS);
  expect(plan.notPlannedRows).toBe(LATE_ROW);
});

it('finds it in a second file, packed too, and in one whose first megabyte lacks it', async () => {
  await world.putRows(
    'first.jsonl',
    lines(0, () => ({})),
  );
  const second = lines(ROWS, (row) => late(row - ROWS));
  const packed = second.map((row) => `${JSON.stringify(row)}\n`).join('');
  await world.put('second.jsonl.gz', gzipSync(packed));
  const uri = await world.put('unused', '').then((file) => file.replace(/unused$/, '{first.jsonl,second.jsonl.gz}'));
  const plan = await world.plan(await world.open(uri, { request: asking('{{remark}}') }));
  expect(plan.rows).toBe(2 * ROWS);
  expect(plan.chunks.reduce((sum, { requests }) => sum + requests, 0)).toBe(ROWS - LATE_ROW);
});

it('refuses a key that never appears, and names the nearest one; late ones are near, too', async () => {
  const uri = await world.putRows('late.jsonl', lines(0, late));
  await expect(world.open(uri, { request: asking('{{txet}}') })).rejects.toMatchObject({
    code: 'badJob',
    message: expect.stringMatching(/the placeholder \{\{txet\}\} names a column .*did you mean "text"\?$/) as string,
  });
  await expect(world.open(uri, { request: asking('{{remark}} {{remrak}}') })).rejects.toMatchObject({
    message: expect.stringContaining('did you mean "remark"?') as string,
  });
  const carried = world.open(uri, { results: { columns: ['nowhere at all'] } });
  await expect(carried).rejects.toMatchObject({ message: expect.stringContaining('results.columns') as string });
});

it('refuses a key column that the first rows lack without reading on', async () => {
  const uri = await world.putRows('late.jsonl', lines(0, late));
  const opened = world.open(uri, { dataset: { key: 'remark' } });
  await expect(opened).rejects.toMatchObject({
    code: 'badJob',
    message: expect.stringContaining('dataset.key') as string,
  });
});

it('leaves the plan hash of jobs as it is', async () => {
  const uri = await world.putRows('late.jsonl', lines(0, late));
  const [one, other] = await Promise.all([1, 2].map(async () => world.plan(await world.open(uri))));
  expect(one?.planHash).toBe(other?.planHash);
  const named = await world.plan(await world.open(uri, { results: { columns: ['remark'] } }));
  expect(named.planHash).toBe(one?.planHash);
});

it('weighs it in a footprint of the job', async () => {
  const uri = await world.putRows('late.jsonl', lines(0, late));
  const { job, source } = await world.load(uri, { request: { ...asking('{{remark}}'), onNull: 'empty' } });
  const prices = { list: 'openai', overrides: {}, nowMs: 0 } as const;
  const deps = { env: await openReadEnv(), pool: inlinePool(), prices, nowMs: () => 0 };
  const request = { uri, format: null, job: { job, source }, exact: true };
  let found: ColumnFootprint | undefined;
  for await (const { footprint } of profileDataset(request, deps, new AbortController().signal))
    found = footprint.columns.find(({ name }) => name === 'remark');
  expect(found).toMatchObject({ used: true, nulls: { value: LATE_ROW, known: 'exact' } });
  const bytes = Array.from({ length: ROWS - LATE_ROW }, (_, index) => `remark ${LATE_ROW + index}`.length);
  expect(found?.rendered.value).toBe(bytes.reduce((sum, one) => sum + one, 0));
});
