import { describe, expect, test } from 'vitest';
import { readJob } from '../../../../src/core/job/readJob.ts';
import { bodyToJson } from '../../../../src/core/model/body.ts';
import { files, jobText, PATH, read } from './jobTexts.ts';

describe('a good job', () => {
  test('gets every default', async () => {
    expect(await read(jobText())).toEqual({
      path: PATH,
      name: 'posts',
      dataset: { uri: '/jobs/posts.csv', format: null, key: ['id'], limit: null },
      request: {
        endpoint: '/v1/chat/completions',
        model: 'gpt-4o-mini',
        body: {
          entries: [
            ['model', 'gpt-4o-mini'],
            [
              'messages',
              {
                items: [
                  {
                    entries: [
                      ['role', 'user'],
                      ['content', '{{text}}'],
                    ],
                  },
                ],
              },
            ],
          ],
        },
        onNull: 'quarantine',
      },
      limits: { maxBytes: 90_000_000, maxRequests: 50_000, maxTokens: null, oversized: 'quarantine', truncate: {} },
      provider: null,
      budget: { maxUsd: null },
      results: { uri: '/jobs/posts.results', columns: [], formats: ['parquet'] },
    });
  });

  test('keeps all that it says', async () => {
    const job = await read(`{
      "$schema": "https://example.org/tranche.schema.json",
      "dataset": { "uri": "s3://bucket/posts/*.parquet", "format": "parquet", "key": ["day", "id"], "limit": 10 },
      "request": { "endpoint": "/v1/embeddings", "model": "m", "body": { "input": "{{text}}" }, "onNull": "empty" },
      "limits": { "maxBytes": "64MiB", "maxRequests": 7, "maxTokens": 2000000, "oversized": "fail", "truncate": { "a.b": { "tokens": 9 } } },
      "provider": "openai",
      "budget": { "maxUsd": 0.5 },
      "results": { "uri": "../out", "columns": ["lang"], "formats": ["jsonl", "parquet"] }
    }`);
    expect(job.dataset).toEqual({
      uri: 's3://bucket/posts/*.parquet',
      format: 'parquet',
      key: ['day', 'id'],
      limit: 10,
    });
    expect(job.request).toMatchObject({ endpoint: '/v1/embeddings', model: 'm', onNull: 'empty' });
    expect(job.limits).toEqual({
      maxBytes: 67_108_864,
      maxRequests: 7,
      maxTokens: 2_000_000,
      oversized: 'fail',
      truncate: { 'a.b': { tokens: 9 } },
    });
    expect(job.provider).toBe('openai');
    expect(job.budget).toEqual({ maxUsd: 0.5 });
    expect(job.results).toEqual({ uri: '/jobs/../out', columns: ['lang'], formats: ['parquet', 'jsonl'] });
  });

  test('may have a byte-order mark, comments, trailing commas and Windows line ends', async () => {
    const text = `\ufeff// posts\r\n${jobText({ '"results": {}': '"results": {}, /* end */' }).replaceAll('\n', '\r\n')}`;
    expect((await read(text)).name).toBe('posts');
  });

  test('keeps the order of the body, keys that look like numbers and odd keys included', async () => {
    const body =
      '{ "temperature": 0, "logit_bias": { "b": 1, "50256": -100, "__proto__": 2 }, "messages": [{ "role": "user", "content": "{{text}}" }] }';
    const job = await read(jobText({ '{ "messages": [{ "role": "user", "content": "{{text}}" }] }': body }));
    const { entries } = job.request.body as { entries: [string, { entries?: [string, unknown][] }][] };
    expect(entries.map(([key]) => key)).toEqual(['model', 'temperature', 'logit_bias', 'messages']);
    expect(entries[2]?.[1].entries).toEqual([
      ['b', 1],
      ['50256', -100],
      ['__proto__', 2],
    ]);
  });

  test('leaves the model where the body names it', async () => {
    const job = await read(jobText({ '"{{text}}" }]': '"{{text}}" }], "model": "gpt-4o-mini"' }));
    expect(Object.keys(bodyToJson(job.request.body) as object)).toEqual(['messages', 'model']);
  });

  test('takes the text of a file in its folder for {"$file": ...}', async () => {
    const job = await read(jobText({ '"{{text}}"': '{ "$file": "prompt.md" }' }));
    expect(bodyToJson(job.request.body)).toMatchObject({ messages: [{ content: 'Judge {{text}}\n' }] });
  });

  test.each([
    ['/x/posts.tranche.json', 'posts'],
    ['C:\\x\\posts.tranche.json', 'posts'],
    ['/x/.tranche.json', '.tranche'],
    ['/x/daily.json', 'daily'],
    ['/x/posts.tranche.jsonc', 'posts'],
    ['/x/posts', 'posts'],
  ])('of path %s is named %s', async (path, name) => {
    expect((await readJob(jobText(), path, files)).job.name).toBe(name);
  });

  test('crosses to workers unharmed', async () => {
    const job = await read(jobText({ '"limits": {}': '"limits": { "truncate": { "__proto__": { "tokens": 3 } } }' }));
    expect(Object.keys(structuredClone(job).limits.truncate)).toEqual(['__proto__']);
  });
});

describe('the source of a job', () => {
  test('points at values of the body, and at what is around a value that is not written', async () => {
    const { source } = await readJob(jobText({ '"{{text}}"': '{ "$file": "prompt.md" }' }), PATH, files);
    expect(source.locate(['request', 'body', 'messages', 0, 'content'])).toEqual({ line: 6, column: 57 });
    expect(source.locate(['request', 'body', 'model'])).toEqual({ line: 6, column: 13 });
    expect(source.locate(['nowhere', 3])).toEqual({ line: 1, column: 1 });
    expect(source.error(['dataset', 'key'], 'no such column.').message).toBe(
      'posts.tranche.json:2:43: no such column.',
    );
  });

  test('counts a byte-order mark, Windows line ends and old Mac line ends as editors do', async () => {
    const { source } = await readJob(`\ufeff${jobText().replaceAll('\n', '\r\n')}`, PATH, files);
    expect(source.locate(['dataset', 'key'])).toEqual({ line: 2, column: 43 });
    const mac = await readJob(jobText().replaceAll('\n', '\r'), PATH, files);
    expect(mac.source.locate(['request', 'model'])).toEqual({ line: 5, column: 14 });
  });
});
