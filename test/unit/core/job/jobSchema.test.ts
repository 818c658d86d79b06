import { readFileSync } from 'node:fs';
import { Validator } from '@cfworker/json-schema';
import type { Schema } from '@cfworker/json-schema';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JobFiles } from '../../../../src/core/job/jobFiles.ts';
import { DATASET_FORMATS, JOB_KEYS, ON_NULL, ON_OVERSIZED, RESULT_FORMATS } from '../../../../src/core/job/jobKeys.ts';
import { readJob } from '../../../../src/core/job/readJob.ts';
import { ENDPOINTS } from '../../../../src/core/model/job.ts';

const schema = JSON.parse(
  readFileSync(new URL('../../../../media/tranche.schema.json', import.meta.url), 'utf8'),
) as Schema;
const validator = new Validator(schema, '7');
const files: JobFiles = { resolve: (path) => `/jobs/${path}`, readText: async () => 'text' };

const valid = (job: unknown): boolean => validator.validate(job).valid;
const taken = async (job: unknown): Promise<boolean> => {
  try {
    await readJob(JSON.stringify(job), '/jobs/posts.tranche.json', files);
    return true;
  } catch {
    return false;
  }
};

/** The schema's node for a section, `''` being the top. */
const sectionOf = (name: string): Schema =>
  name === '' ? schema : ((schema.properties as Record<string, Schema>)[name] ?? {});
const propertyOf = (section: string, key: string): Schema =>
  ((sectionOf(section).properties as Record<string, Schema> | undefined) ?? {})[key] ?? {};

const FULL = {
  $schema: 'x',
  dataset: { uri: 'posts.csv', format: 'csv', key: ['id'], limit: 5 },
  request: {
    endpoint: '/v1/chat/completions',
    model: 'gpt-4o-mini',
    body: { messages: [{ role: 'user', content: '{{text}}' }] },
    onNull: 'empty',
  },
  limits: { maxBytes: '90MB', maxRequests: 5, maxTokens: 5, oversized: 'fail', truncate: { text: { tokens: 5 } } },
  provider: 'openai',
  budget: { maxUsd: 1.5 },
  results: { uri: 'out', columns: ['lang'], formats: ['jsonl'] },
};

/** Paths of every member of the full job; of the body only the first level. */
function pathsOf(value: unknown, path: string[] = []): string[][] {
  if (path.at(-2) === 'body' || typeof value !== 'object' || value === null || Array.isArray(value)) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...path, key]))];
}

function changed(value: unknown, [key, ...rest]: string[], change: (inner: unknown) => unknown): unknown {
  if (key === undefined) return change(value);
  const entries = Object.entries(value as object).map(([name, inner]): [string, unknown] => [
    name,
    name === key ? changed(inner, rest, change) : inner,
  ]);
  return Object.fromEntries(entries.filter(([, inner]) => inner !== undefined));
}

describe('the schema of job files', () => {
  test.each(Object.entries(JOB_KEYS))('knows the same keys as the reader in section %j', (section, keys) => {
    expect(Object.keys((sectionOf(section).properties as object | undefined) ?? {})).toEqual(keys);
    expect(sectionOf(section).additionalProperties).toBe(false);
  });

  test('knows the same words as the reader', () => {
    expect(propertyOf('dataset', 'format').enum).toEqual(DATASET_FORMATS);
    expect(propertyOf('request', 'endpoint').enum).toEqual(ENDPOINTS);
    expect(propertyOf('request', 'onNull').enum).toEqual(ON_NULL);
    expect(propertyOf('limits', 'oversized').enum).toEqual(ON_OVERSIZED);
    expect((propertyOf('results', 'formats').items as Schema).enum).toEqual(RESULT_FORMATS);
  });

  test('states the defaults that the reader fills in', async () => {
    const { dataset, request } = FULL;
    const least = { dataset: { uri: dataset.uri, key: 'id' }, request: { ...request, onNull: undefined } };
    const { job } = await readJob(JSON.stringify(least), '/jobs/posts.tranche.json', files);
    const stated = (section: string, key: string): unknown => propertyOf(section, key)['default'];
    expect(job.request.onNull).toBe(stated('request', 'onNull'));
    expect(job.limits.maxRequests).toBe(stated('limits', 'maxRequests'));
    expect(job.limits.oversized).toBe(stated('limits', 'oversized'));
    expect(job.results.columns).toEqual(stated('results', 'columns'));
    expect(job.results.formats).toEqual(stated('results', 'formats'));
    const spelt = await readJob(
      JSON.stringify({ ...least, limits: { maxBytes: stated('limits', 'maxBytes') } }),
      '/jobs/posts.tranche.json',
      files,
    );
    expect(spelt.job.limits.maxBytes).toBe(job.limits.maxBytes);
  });

  test('describes every key', () => {
    for (const [section, keys] of Object.entries(JOB_KEYS)) {
      for (const key of keys) expect([key, typeof propertyOf(section, key)['description']]).toEqual([key, 'string']);
    }
  });

  test('takes what the reader takes and refuses what the reader refuses', async () => {
    expect([valid(FULL), await taken(FULL)]).toEqual([true, true]);
    const values = fc.constantFrom<unknown>(
      undefined,
      null,
      true,
      '',
      'x',
      'id',
      'https://x',
      'csv',
      'parquet',
      'quarantine',
      '64MiB',
      '64 parsecs',
      0,
      1,
      -1,
      1.5,
      1e15,
      [],
      ['a'],
      ['a', 'a'],
      [1],
      ['parquet', 'jsonl'],
      {},
      { $file: 'a.md' },
      { tokens: 1 },
      { tokens: 0 },
      { a: { tokens: 1 } },
      { odd: 1 },
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...pathsOf(FULL)), values, async (path, value) => {
        const job = changed(FULL, path, () => value);
        if (path.length === 0 && value === undefined) return;
        expect([job, valid(job)]).toEqual([job, await taken(job)]);
      }),
      { numRuns: 1500 },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...ENDPOINTS),
        fc.constantFrom('input', 'prompt', 'messages'),
        values,
        async (endpoint, key, value) => {
          const job = { ...FULL, request: { ...FULL.request, endpoint, body: { [key]: value } } };
          expect([job, valid(JSON.parse(JSON.stringify(job)))]).toEqual([job, await taken(job)]);
        },
      ),
      { numRuns: 500 },
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...pathsOf(FULL)), async (path) => {
        const job = changed(FULL, path, (inner) =>
          typeof inner === 'object' && !Array.isArray(inner) && !path.includes('body') ? { ...inner, odd: 1 } : inner,
        );
        expect([job, valid(job)]).toEqual([job, await taken(job)]);
      }),
    );
  });
});
