import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Validator } from '@cfworker/json-schema';
import type { Schema } from '@cfworker/json-schema';
import { parse } from 'jsonc-parser';
import papa from 'papaparse';
import { expect, test } from 'vitest';
import { readJob } from '../../../src/core/job/readJob.ts';
import { openJobFiles } from '../../../src/platform/jobFiles.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const csvPath = `${root}media/sample/posts.csv`;
const jobPath = `${root}media/sample/posts.tranche.json`;

test('the sample is made of the same bytes on every run', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'tranche-sample-'));
  try {
    execFileSync(process.execPath, [`${root}scripts/makeSample.mjs`, folder]);
    expect((await readFile(`${folder}/posts.csv`)).equals(await readFile(csvPath))).toBe(true);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('the sample has 2,000 posts with ids of their own, and a little of everything that is awkward', async () => {
  expect((await stat(csvPath)).size).toBeLessThan(600_000);
  const text = await readFile(csvPath, 'utf8');
  const { data, errors } = papa.parse<Record<string, string>>(text, { header: true, skipEmptyLines: true });
  expect(errors).toEqual([]);
  expect(data.length).toBe(2000);
  expect(new Set(data.map((row) => row['id'])).size).toBe(2000);
  expect(data.every((row) => /^post-\d{4}$/.test(row['id'] ?? ''))).toBe(true);
  const texts = data.map((row) => row['text'] ?? '');
  expect(texts.filter((post) => post === '').length).toBe(6);
  for (const awkward of ['"', '\n', '\r\n', ',', '👩\u200d👧', '。', 'الترام']) {
    expect(texts.filter((post) => post.includes(awkward)).length).toBeGreaterThan(5);
  }
  expect(new Set(data.map((row) => row['lang'])).size).toBe(9);
});

test("the sample's job is a good one, for the reader and for the schema", async () => {
  const text = await readFile(jobPath, 'utf8');
  const { job } = await readJob(text, jobPath, openJobFiles(jobPath));
  expect(job).toMatchObject({ name: 'posts', dataset: { uri: csvPath, key: ['id'] }, results: { columns: ['lang'] } });
  const schema = JSON.parse(await readFile(`${root}media/tranche.schema.json`, 'utf8')) as Schema;
  expect(new Validator(schema, '7').validate(parse(text, [], { allowTrailingComma: true })).errors).toEqual([]);
});
