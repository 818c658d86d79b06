import { describe, expect, it } from 'vitest';
import type { ChatCompletion } from 'openai/resources/chat/completions';
import type { CreateEmbeddingResponse } from 'openai/resources/embeddings';
import { answerTo } from '../../../../src/rehearsal/answers/answer.ts';
import { approximateTokens, firstTokens } from '../../../../src/rehearsal/answers/rowRequest.ts';

const chat = (more: Record<string, unknown>, content: unknown = 'What is the capital of France?') =>
  answerTo('/v1/chat/completions', { model: 'm', messages: [{ role: 'user', content }], ...more }, 'none')
    .body as unknown as ChatCompletion;
const embed = (more: Record<string, unknown>) =>
  answerTo('/v1/embeddings', { model: 'text-embedding-3-small', input: 'hello', ...more }, 'none');
const vectorsOf = (more: Record<string, unknown>) => (embed(more).body as unknown as CreateEmbeddingResponse).data;

describe('a chat answer', () => {
  it('is plainly synthetic, repeats itself, and differs with the prompt', () => {
    const { message } = chat({}).choices[0] ?? {};
    expect(message?.content).toMatch(/^\[rehearsal\] [0-9a-f]{8} What is the capital of France\?$/);
    expect(chat({})).toEqual(chat({}));
    expect(chat({}, 'Another question').choices[0]?.message.content).not.toBe(message?.content);
  });

  it('reads prompts of several parts', () => {
    const parts = [
      { type: 'text', text: 'first' },
      { type: 'text', text: 'second' },
    ];
    expect(chat({}, parts).choices[0]?.message.content).toContain('first second');
  });

  it('counts tokens as a quarter of the bytes, whole choices included', () => {
    const { usage, choices } = chat({ n: 3 });
    expect(choices.map(({ index }) => index)).toEqual([0, 1, 2]);
    expect(new Set(choices.map(({ message }) => message.content)).size).toBe(3);
    expect(usage?.prompt_tokens).toBe(approximateTokens('What is the capital of France?'));
    expect(usage?.total_tokens).toBe((usage?.prompt_tokens ?? 0) + (usage?.completion_tokens ?? 0));
  });

  it.each(['max_tokens', 'max_completion_tokens'])('keeps to %s and says that it was cut', (key) => {
    const { choices, usage } = chat({ [key]: 4 });
    expect(choices[0]?.finish_reason).toBe('length');
    expect(usage?.completion_tokens).toBe(4);
    expect(chat({ [key]: 400 }).choices[0]?.finish_reason).toBe('stop');
  });

  it('is a JSON object where one is asked for', () => {
    const { choices } = chat({ response_format: { type: 'json_object' } });
    expect(JSON.parse(choices[0]?.message.content ?? '')).toMatchObject({ rehearsal: true });
  });

  it('never cuts a character', () => {
    const text = 'é€😀'.repeat(20);
    for (let tokens = 0; tokens < 50; tokens++) expect(text.startsWith(firstTokens(text, tokens))).toBe(true);
  });
});

describe('an answer from the responses endpoint', () => {
  it('is incomplete when it was cut', () => {
    const { body } = answerTo('/v1/responses', { model: 'm', input: 'hello', max_output_tokens: 2 }, 'none');
    expect(body).toMatchObject({ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } });
  });

  it('keeps the schema in text.format', () => {
    const schema = { type: 'object', properties: { n: { type: 'integer', minimum: 3, maximum: 3 } }, required: ['n'] };
    const text = { format: { type: 'json_schema', name: 'x', schema } };
    const { body } = answerTo('/v1/responses', { model: 'm', input: 'hello', text }, 'none');
    expect(body).toMatchObject({ output: [{ content: [{ text: '{"n":3}' }] }] });
  });
});

describe('an embedding', () => {
  it('has length one, as many numbers as asked for, and depends on its input alone', () => {
    for (const [more, dimensions] of [
      [{}, 1536],
      [{ model: 'text-embedding-3-large' }, 3072],
      [{ dimensions: 7 }, 7],
    ] as const) {
      const [first] = vectorsOf(more);
      expect(first?.embedding.length).toBe(dimensions);
      expect(Math.hypot(...(first?.embedding ?? []))).toBeCloseTo(1, 6);
      expect(vectorsOf(more)[0]).toEqual(first);
    }
    const [a, b, again] = vectorsOf({ input: ['a', 'b', 'a'] });
    expect(again?.embedding).toEqual(a?.embedding);
    expect(b?.embedding).not.toEqual(a?.embedding);
  });

  it('carries the same floats in both encodings', () => {
    const floats = vectorsOf({ dimensions: 64 })[0]?.embedding ?? [];
    const text = vectorsOf({ dimensions: 64, encoding_format: 'base64' })[0]?.embedding as unknown as string;
    const bytes = Buffer.from(text, 'base64');
    const decoded = Array.from({ length: 64 }, (_, index) => bytes.readFloatLE(4 * index));
    expect(decoded).toEqual(floats.map(Math.fround));
  });

  it('takes token arrays, one or many', () => {
    expect(vectorsOf({ input: [1, 2, 3] }).length).toBe(1);
    expect(vectorsOf({ input: [[1, 2], [3]] }).length).toBe(2);
    expect(embed({ input: [1, 2, 3] }).inputTokens).toBe(3);
  });
});

describe('a body the endpoint does not take', () => {
  it.each([
    ['/v1/chat/completions', {}, 'messages'],
    ['/v1/chat/completions', { messages: [] }, 'messages'],
    ['/v1/chat/completions', { messages: ['x'] }, 'messages[0]'],
    ['/v1/chat/completions', { messages: [{ role: 'user' }], max_tokens: 0 }, 'max_tokens'],
    [
      '/v1/chat/completions',
      { messages: [{ role: 'user' }], response_format: { type: 'json_schema', json_schema: { name: 'a b' } } },
      'response_format.json_schema.name',
    ],
    ['/v1/responses', {}, 'input'],
    ['/v1/responses', { input: 'x', text: { format: { type: 'json_schema', name: 'x' } } }, 'text.format.schema'],
    ['/v1/completions', {}, 'prompt'],
    ['/v1/embeddings', {}, 'input'],
    ['/v1/embeddings', { input: '' }, 'input'],
    ['/v1/embeddings', { input: [] }, 'input'],
    ['/v1/embeddings', { input: ['a', ''] }, 'input'],
    ['/v1/embeddings', { input: [{}] }, 'input'],
    ['/v1/embeddings', { input: 'x'.repeat(40_000) }, 'input'],
    ['/v1/embeddings', { input: Array.from({ length: 60 }, () => 'x'.repeat(30_000)) }, 'input'],
    ['/v1/embeddings', { input: 'x', dimensions: 1.5 }, 'dimensions'],
    ['/v1/embeddings', { input: 'x', encoding_format: 'hex' }, 'encoding_format'],
    ['/v1/moderations', {}, 'input'],
  ] as const)('gets a 400 that names the key: %s %#', (endpoint, body, param) => {
    expect(answerTo(endpoint, { model: 'm', ...body }, 'none')).toMatchObject({
      status: 400,
      body: { error: { type: 'invalid_request_error', param } },
    });
  });
});
