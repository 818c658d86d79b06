import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { TrancheError } from '../../src/core/errors.ts';
import type { ErrorCode } from '../../src/core/errors.ts';
import { ANSWER_SUFFIX, INPUT_SUFFIX } from '../../src/core/collect/columnNames.ts';
import { RESULT_FILES } from '../../src/core/collect/writeResults.ts';
import { DATASET_FORMATS, JOB_KEYS, ON_NULL, ON_OVERSIZED, RESULT_FORMATS } from '../../src/core/job/jobKeys.ts';
import { parseSize } from '../../src/core/job/parseSize.ts';
import { readJob } from '../../src/core/job/readJob.ts';
import { ENDPOINTS } from '../../src/core/model/job.ts';
import { ROW_OUTCOMES } from '../../src/core/model/outcome.ts';
import { nearestWord } from '../../src/core/nearest.ts';

const doc = (name: string): string => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');

/** The tables of a page: rows of cells, without heads. */
function tablesOf(page: string): string[][][] {
  const tables: string[][][] = [];
  for (const block of page.split(/\n\n/)) {
    const lines = block.split('\n').filter((line) => line.startsWith('|'));
    const cells = lines.map((line) =>
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    );
    if (/^\|-/.test(lines[1] ?? '')) tables.push(cells.slice(2));
  }
  return tables;
}

/** What stands in backticks. */
const codes = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, code]) => code ?? '');

describe('docs/job.md', () => {
  const page = doc('job.md');
  const [keys = [], , machine = []] = tablesOf(page);
  const rowOf = (key: string): string[] => keys.find(([name]) => name === `\`${key}\``) ?? [];
  const sample = /```jsonc\n([\s\S]*?)```/.exec(page)?.[1] ?? '';

  test('has every key and no other, in order', () => {
    const known = Object.entries(JOB_KEYS).filter(([section]) => section !== '');
    const all = known.flatMap(([section, names]) => names.map((name) => `${section}.${name}`));
    const at = all.indexOf('budget.maxUsd');
    expect(keys.map(([key]) => key)).toEqual(
      [...all.slice(0, at), 'provider', ...all.slice(at)].map((key) => `\`${key}\``),
    );
  });

  test('tells the defaults that the reader fills in, with the job it shows', async () => {
    const files = { resolve: (path: string) => `/jobs/${path}`, readText: async () => '' };
    const { job } = await readJob(sample, '/jobs/posts.tranche.json', files);
    const stated = (key: string): string => rowOf(key)[1] ?? '';
    expect(parseSize(codes(stated('limits.maxBytes'))[0] ?? '')).toBe(job.limits.maxBytes);
    expect(codes(stated('limits.maxRequests'))).toEqual([String(job.limits.maxRequests)]);
    expect(codes(stated('request.onNull'))).toEqual([job.request.onNull]);
    expect(codes(stated('limits.oversized'))).toEqual([job.limits.oversized]);
    expect(codes(stated('results.formats'))).toEqual(job.results.formats);
    expect(job.results).toMatchObject({ uri: '/jobs/posts.results', columns: ['lang'] });
    expect([job.limits.maxTokens, job.provider, job.budget.maxUsd, job.dataset.format, job.dataset.limit]).toEqual([
      null,
      null,
      null,
      null,
      null,
    ]);
    const required = keys.filter(([, value]) => value === 'required').map(([key]) => key);
    expect(required).toEqual(
      ['dataset.uri', 'dataset.key', 'request.endpoint', 'request.model', 'request.body'].map((key) => `\`${key}\``),
    );
  });

  test('tells every word a key can have', () => {
    const words = (key: string): string[] => codes(rowOf(key)[2] ?? '');
    expect(words('dataset.format')).toEqual([...DATASET_FORMATS]);
    expect(words('request.endpoint')).toEqual([...ENDPOINTS]);
    expect(words('request.onNull')).toEqual([...ON_NULL]);
    expect(words('limits.oversized')).toEqual([...ON_OVERSIZED]);
    expect(words('results.formats')).toEqual([...RESULT_FORMATS]);
  });

  test('shows an error as it is, and the units there are', () => {
    expect(page).toContain('unknown key "limits.maxToken": did you mean "maxTokens"?');
    expect(nearestWord('maxToken', JOB_KEYS.limits)).toBe('maxTokens');
    for (const unit of ['kB', 'MB', 'GB', 'KiB', 'MiB', 'GiB']) {
      expect(page).toContain(`\`${unit}\``);
      expect(parseSize(`1${unit}`)).not.toBeNull();
    }
  });

  test('tells what the configuration of a machine can hold', () => {
    expect(machine.flatMap(([key]) => codes(key ?? ''))).toEqual([
      'maxUsd',
      'providers.NAME.baseUrl',
      'providers.NAME.apiKeyEnv',
      'providers.NAME.priceList',
      'prices.MODEL.inputPerMillionUsd',
      'prices.MODEL.outputPerMillionUsd',
    ]);
  });
});

test('docs/values.md spells floats as JavaScript does', () => {
  const [types = []] = tablesOf(doc('values.md'));
  const floats = codes(types.find(([type]) => type?.startsWith('float'))?.[2] ?? '');
  expect(floats.length).toBe(5);
  for (const float of floats) expect(String(Number(float))).toBe(float);
});

test('docs/commands.md has every command with its options', () => {
  const source = readFileSync(new URL('../../src/cli/runCli.ts', import.meta.url), 'utf8');
  const built = source.split('.command(').slice(1);
  const commands = built.map((text) => ({
    name: /^'([a-z]+)/.exec(text)?.[1] ?? '',
    options: [...text.matchAll(/ption\('(--[a-z-]+)/g)]
      .map(([, option]) => option ?? '')
      .filter((option) => option !== '--json'),
  }));
  const synopsis = /```\n([\s\S]*?)```/.exec(doc('commands.md'))?.[1] ?? '';
  const stated = synopsis
    .trim()
    .split('\n')
    .map((line) => ({
      name: line.split(' ')[1] ?? '',
      options: [...line.matchAll(/--[a-z-]+/g)].map(([option]) => option),
    }));
  const byName = (list: typeof stated) => Object.fromEntries(list.map(({ name, options }) => [name, options.sort()]));
  expect(byName(stated)).toEqual(byName(commands));
});

test('docs/commands.md has the exit codes of every error', () => {
  const [, exits = []] = tablesOf(doc('commands.md'));
  const stated = exits.map(([code]) => Number(code));
  expect(stated).toEqual([0, 3, 1, 2, 130]);
  const all: ErrorCode[] = [
    'usage',
    'badJob',
    'badData',
    'notFound',
    'notSupported',
    'noKey',
    'budget',
    'stale',
    'owned',
    'exists',
    'disk',
    'changed',
    'network',
    'refusedByProvider',
    'unsettled',
    'corrupt',
    'internal',
    'cancelled',
  ];
  for (const code of all) expect(stated).toContain(new TrancheError(code, '').exitCode);
});

describe('docs/results.md', () => {
  const [files = [], , outcomes = []] = tablesOf(doc('results.md'));

  test('has every file', () => {
    expect(files.flatMap(([name]) => codes(name ?? ''))).toEqual([...RESULT_FILES]);
  });

  test('has every way a row can end', () => {
    expect(outcomes.flatMap(([status]) => codes(status ?? ''))).toEqual([...ROW_OUTCOMES]);
  });

  test('names the suffixes of columns that share a name', () => {
    expect(doc('results.md')).toContain(
      `\`${INPUT_SUFFIX}\` appended and that of an answer's property \`${ANSWER_SUFFIX}\``,
    );
  });
});
