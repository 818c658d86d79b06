import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TrancheError, isTrancheError } from '../../../../src/core/errors.ts';
import { jobText, read } from './jobTexts.ts';

async function problem(text: string): Promise<string> {
  try {
    await read(text);
  } catch (error) {
    expect(error).toBeInstanceOf(TrancheError);
    expect((error as TrancheError).code).toBe('badJob');
    expect((error as TrancheError).message).not.toContain('\n');
    return (error as TrancheError).message;
  }
  throw new Error('the job was taken');
}

describe('a bad job gets one sentence with line and column:', () => {
  test.each<[string, string, Record<string, string>]>([
    [
      'an unknown key near a known one',
      '10:4: unknown key "limts": did you mean "limits"?',
      { '"limits": {}': '"budget": {},\n"limits": {},\n   "limts": {}' },
    ],
    [
      'a key of another section',
      '8:15: unknown key "limits.maxUsd": did you mean "budget.maxUsd"?',
      { '"limits": {}': '"limits": { "maxUsd": 3 }' },
    ],
    [
      'an address',
      '8:3: unknown key "baseUrl": a job holds neither addresses nor keys, only the name of a "provider" set up on this machine.',
      { '"limits"': '"baseUrl": "http://x", "limits"' },
    ],
    [
      'a key of no kind',
      '9:16: unknown key "results.zzzzz": known are "uri", "columns", "formats".',
      { '"results": {}': '"results": { "zzzzz": 1 }' },
    ],
    [
      'results elsewhere than on this machine',
      '9:23: results are not written to s3:// yet: name a folder of this machine in "results.uri".',
      { '"results": {}': '"results": { "uri": "s3://bucket/out" }' },
    ],
    ['a key twice', '9:3: the key "results" stands here a second time; keep one.', { '"limits": {}': '"results": {}' }],
    [
      'a key twice in the body',
      '6:69: the key "role" stands here a second time; keep one.',
      { '"content": "{{text}}"': '"content": "{{text}}", "role": "x"' },
    ],
    [
      'a section of the wrong type',
      '8:13: "limits" must be an object, not a list.',
      { '"limits": {}': '"limits": []' },
    ],
    ['no dataset.uri', '2:14: "dataset" lacks "uri": a file, a folder or a glob.', { '"uri": "posts.csv", ': '' }],
    ['an empty dataset.uri', '2:23: "dataset.uri" must be a text that is not empty, not "".', { '"posts.csv"': '""' }],
    [
      'no dataset.key',
      '2:14: "dataset" lacks "key": the column, or the list of columns, that names a row.',
      { ', "key": "id"': '' },
    ],
    [
      'an empty key list',
      '2:43: "dataset.key" is empty; name the column, or the columns, that tell rows apart.',
      { '"id"': '[]' },
    ],
    ['a key that is a number', '2:43: "dataset.key" must be a list of columns, not a number.', { '"id"': '7' }],
    ['a key list with a number', '2:49: "dataset.key" must list columns, not a number.', { '"id"': '["a", 7]' }],
    ['a key column twice', '2:49: "a" stands in "dataset.key" a second time; keep one.', { '"id"': '["a", "a"]' }],
    [
      'a filter',
      '2:59: "dataset.filter" is not built yet; leave it out and filter the table beforehand.',
      { '"id"': '"id", "filter": {}' },
    ],
    [
      'an unknown format',
      '2:59: "parket" is no "dataset.format": did you mean "parquet"?',
      { '"id"': '"id", "format": "parket"' },
    ],
    [
      'a limit of nothing',
      '2:58: "dataset.limit" must be a whole number above 0, not 0.',
      { '"id"': '"id", "limit": 0' },
    ],
    [
      'a limit in text',
      '2:58: "dataset.limit" must be a whole number above 0, not "5".',
      { '"id"': '"id", "limit": "5"' },
    ],
    ['no request.model', '3:14: "request" lacks "model": the model that answers.', { '"model": "gpt-4o-mini",': '' }],
    [
      'an unknown endpoint',
      '4:17: "/v1/chat/completion" is no "request.endpoint": did you mean "/v1/chat/completions"?',
      { '/v1/chat/completions': '/v1/chat/completion' },
    ],
    [
      'an endpoint of no kind',
      '4:17: "x" is no "request.endpoint": known are "/v1/chat/completions", "/v1/responses", "/v1/embeddings", "/v1/completions", "/v1/moderations".',
      { '/v1/chat/completions': 'x' },
    ],
    [
      'a model per row',
      '5:14: "request.model" is one model for all rows and takes no placeholder.',
      { 'gpt-4o-mini': '{{model}}' },
    ],
    [
      'another model in the body',
      '6:24: the body\'s "model" and "request.model", "gpt-4o-mini", must be the same; drop the one in the body.',
      { '"messages"': '"model": "gpt-4o", "messages"' },
    ],
    ['streaming', '6:25: batches cannot stream; leave "stream" out.', { '"messages"': '"stream": true, "messages"' }],
    [
      'a body without messages',
      '6:13: the body lacks "messages": /v1/chat/completions wants a list of messages, each with a "role" and its "content" there.',
      { '"messages"': '"input"' },
    ],
    [
      'messages that are a text',
      '6:27: "messages" must be a list of messages, each with a "role" and its "content"; it is something else.',
      { '[{ "role": "user", "content": "{{text}}" }]': '"{{text}}"' },
    ],
    [
      'no message at all',
      '6:27: "messages" must be a list of messages, each with a "role" and its "content"; it is empty.',
      { '[{ "role": "user", "content": "{{text}}" }]': '[]' },
    ],
    [
      'a message without a role',
      '6:28: a message is an object with a "role", such as "user", and its "content".',
      { '"role": "user", ': '' },
    ],
    [
      'embeddings without input',
      '6:13: the body lacks "input": /v1/embeddings wants the text or the list of texts to embed there.',
      { '/v1/chat/completions': '/v1/embeddings' },
    ],
    [
      'completions without prompt',
      '6:13: the body lacks "prompt": /v1/completions wants the text or the list of texts to complete there.',
      { '/v1/chat/completions': '/v1/completions' },
    ],
    [
      'a body that is a list',
      '6:13: "request.body" must be an object, not a list.',
      { '{ "messages": [{ "role": "user", "content": "{{text}}" }] }': '[1]' },
    ],
    [
      'a body that is a file',
      '6:13: "request.body" must be an object, not the text of a file.',
      { '{ "messages": [{ "role": "user", "content": "{{text}}" }] }': '{"$file": "prompt.md"}' },
    ],
    ['a file that is not there', '6:68: the file "x.md" is not there.', { '"{{text}}"': '{ "$file": "x.md" }' }],
    [
      '$file with another key',
      '6:76: {"$file": ...} stands for a text and takes no other key; "as" has no place here.',
      { '"{{text}}"': '{ "$file": "x.md", "as": 1 }' },
    ],
    [
      '$file that is no text',
      '6:68: "$file" must name a file in the job\'s folder, not a number.',
      { '"{{text}}"': '{ "$file": 1 }' },
    ],
    [
      'a number a double cannot hold',
      '6:23: the number 12345678901234567890 cannot be kept exactly; write one of at most 15 digits.',
      { '"messages"': '"seed": 12345678901234567890, "messages"' },
    ],
    [
      'a number beyond all doubles',
      '6:23: the number 1e999 cannot be kept exactly; write one of at most 15 digits.',
      { '"messages"': '"seed": 1e999, "messages"' },
    ],
    [
      'half a surrogate pair',
      '6:57: this text holds half of a surrogate pair, which UTF-8 cannot write.',
      { '"{{text}}"': '"\\ud800"' },
    ],
    [
      'a size of no kind',
      '8:27: "limits.maxBytes" must be a size such as "90MB", "64MiB" or a whole number of bytes, not "90 parsecs".',
      { '"limits": {}': '"limits": { "maxBytes": "90 parsecs" }' },
    ],
    [
      'a negative size',
      '8:27: "limits.maxBytes" must be a size such as "90MB", "64MiB" or a whole number of bytes, not -1.',
      { '"limits": {}': '"limits": { "maxBytes": -1 }' },
    ],
    [
      'half a request',
      '8:30: "limits.maxRequests" must be a whole number above 0, not 1.5.',
      { '"limits": {}': '"limits": { "maxRequests": 1.5 }' },
    ],
    [
      'an unknown way with oversized lines',
      '8:28: "truncat" is no "limits.oversized": did you mean "truncate"?',
      { '"limits": {}': '"limits": { "oversized": "truncat" }' },
    ],
    [
      'a choice that is no text',
      '8:28: "limits.oversized" must be a text, not a number: known are "quarantine", "truncate", "fail".',
      { '"limits": {}': '"limits": { "oversized": 1 }' },
    ],
    [
      'a cut without tokens',
      '8:37: "limits.truncate.text" lacks "tokens": how many tokens of the column\'s text stay.',
      { '"limits": {}': '"limits": { "truncate": { "text": {} } }' },
    ],
    [
      'a cut to nothing',
      '8:48: "limits.truncate.text.tokens" must be a whole number above 0, not 0.',
      { '"limits": {}': '"limits": { "truncate": { "text": {"tokens": 0} } }' },
    ],
    [
      'a cut that is a number',
      '8:37: "limits.truncate.text" must be an object, not a number.',
      { '"limits": {}': '"limits": { "truncate": { "text": 500 } }' },
    ],
    [
      'a budget of nothing',
      '8:25: "budget.maxUsd" must be a number of US dollars above 0, not 0.',
      { '"limits": {}': '"budget": { "maxUsd": 0 }' },
    ],
    [
      'a provider by its address',
      '8:15: "provider" must be the name of a provider set up on this machine; a job holds neither addresses nor keys.',
      { '"limits": {}': '"provider": "https://api.example.org/v1"' },
    ],
    [
      'an unknown result format',
      '9:37: "csv" is no format for results: known are "parquet" and "jsonl".',
      { '"results": {}': '"results": { "formats": ["jsonl", "csv"] }' },
    ],
    [
      'no result format',
      '9:27: "results.formats" is empty; name "parquet", "jsonl" or both.',
      { '"results": {}': '"results": { "formats": [] }' },
    ],
    ['a missing comma', '9:3: not readable as JSON: a comma is missing here.', { '"limits": {},': '"limits": {}' }],
    [
      'a text that is not closed',
      '6:57: not readable as JSON: the text is not closed by a double quote.',
      { '"{{text}}" }] }': '"{{text}}' },
    ],
    [
      'more after the end',
      '10:3: not readable as JSON: the end was here, but more follows.',
      { '"results": {}\n}': '"results": {}\n} {}' },
    ],
  ])('%s', async (_, sentence, replace) => {
    expect(await problem(jobText(replace))).toBe(`posts.tranche.json:${sentence}`);
  });

  test.each([
    ['', '1:1: not readable as JSON: a value is missing here.'],
    ['[]', '1:1: the job must be an object, not a list.'],
    ['{}', '1:1: the job lacks "dataset": where the table lies and what names a row.'],
    ['['.repeat(1_000_000), '1:101: values are nested more than 100 deep here.'],
    [`{"a":${'{"a":'.repeat(200)}1`, '1:501: values are nested more than 100 deep here.'],
    [
      ' '.repeat(10_000_001),
      '1:1: a file such as this has at most 10 million characters; put long texts in files of their own.',
    ],
  ])('text %#', async (text, sentence) => {
    expect(await problem(text)).toBe(`posts.tranche.json:${sentence}`);
  });
});

test('a damaged job is taken or refused in one sentence with a place, whatever the damage', async () => {
  const good = jobText();
  const piece = fc.oneof(
    fc.constantFrom('{', '}', '[', ']', '"', ',', ':', '//', '/*', '\\', '\\u', 'null', '1e', '-', '\n', '\0'),
    fc.string({ unit: 'binary', maxLength: 3 }),
  );
  await fc.assert(
    fc.asyncProperty(fc.nat(good.length), fc.nat(20), piece, async (at, removed, put) => {
      const text = good.slice(0, at) + put + good.slice(at + removed);
      const error = await read(text).then(
        () => null,
        (thrown: unknown) => thrown,
      );
      if (error === null) return;
      expect(isTrancheError(error, 'badJob')).toBe(true);
      expect((error as Error).message).toMatch(/^posts\.tranche\.json:\d+:\d+: \S[^\n]*[.?]$/);
    }),
    { numRuns: 2000 },
  );
});
