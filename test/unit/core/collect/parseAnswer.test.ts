import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Answer, parseAnswer } from '../../../../src/core/collect/parseAnswer.ts';
import { bodyLine, chatLine, shapeOf } from './collectFixtures.ts';

const CHAT = '/v1/chat/completions';
const plain = shapeOf(CHAT, { messages: [] });
const schema = {
  type: 'object',
  properties: { label: { type: 'string', enum: ['a', 'b'] }, n: { type: 'integer' } },
  required: ['label'],
  additionalProperties: false,
};
const structured = shapeOf(CHAT, {
  response_format: { type: 'json_schema', json_schema: { name: 'x', strict: true, schema } },
});

function parse(line: unknown, shape = plain): Answer {
  const answer = parseAnswer(typeof line === 'string' ? line : JSON.stringify(line), shape);
  if (answer === null) throw new Error('broken line');
  return answer;
}

describe('a line of a chat completion', () => {
  it('is ok with its text, reason and tokens', () => {
    expect(parse(chatLine('a', 'hello'))).toEqual({
      customId: 'a',
      outcome: 'ok',
      content: 'hello',
      embeddings: [],
      finishReason: 'stop',
      promptTokens: 10,
      completionTokens: 5,
      error: null,
      properties: null,
    });
  });

  it('is truncated, with its text, when the length ran out', () => {
    const answer = parse(chatLine('a', 'half a sen', { finish_reason: 'length' }));
    expect(answer).toMatchObject({ outcome: 'truncated', content: 'half a sen', finishReason: 'length' });
    expect(answer.error).toMatch(/cut/);
  });

  it('is truncated, not invalid, when JSON was asked for and cut', () => {
    expect(parse(chatLine('a', '{"label":', { finish_reason: 'length' }), structured).outcome).toBe('truncated');
  });

  it('is refused with the words of the refusal', () => {
    const answer = parse(chatLine('a', null, {}, { refusal: 'I will not.' }));
    expect(answer).toMatchObject({ outcome: 'refused', content: null, error: 'I will not.' });
  });

  it('is refused when its content was filtered', () => {
    expect(parse(chatLine('a', '', { finish_reason: 'content_filter' })).outcome).toBe('refused');
  });

  it('is ok with an empty text', () => {
    expect(parse(chatLine('a', ''))).toMatchObject({ outcome: 'ok', content: '' });
  });

  it('is failed without any content', () => {
    expect(parse(chatLine('a', null))).toMatchObject({ outcome: 'failed', error: 'The answer holds no content.' });
    expect(parse(bodyLine('a', { choices: [] })).outcome).toBe('failed');
    expect(parse(bodyLine('a', {})).outcome).toBe('failed');
  });

  it('gives the parts of a content made of parts', () => {
    expect(parse(chatLine('a', [{ type: 'text', text: 'x' }, { type: 'text', text: 'y' }, 7])).content).toBe('xy');
  });

  it('gives tool calls as JSON where there is no text', () => {
    const calls = [{ id: 'call', type: 'function', function: { name: 'f', arguments: '{}' } }];
    const answer = parse(chatLine('a', null, { finish_reason: 'tool_calls' }, { tool_calls: calls }));
    expect(answer).toMatchObject({ outcome: 'ok', content: JSON.stringify(calls) });
  });

  it('takes the first of several choices by its index', () => {
    const choices = [1, 0].map((index) => ({ index, message: { content: `n${index}` }, finish_reason: 'stop' }));
    expect(parse(bodyLine('a', { choices })).content).toBe('n0');
  });
});

describe('a structured answer', () => {
  it('gives the text of each property', () => {
    const answer = parse(chatLine('a', '{"label": "a", "n": 12345678901234567890}'), structured);
    expect(answer.outcome).toBe('ok');
    expect([...(answer.properties ?? [])]).toEqual([
      ['label', '"a"'],
      ['n', '12345678901234567890'],
    ]);
  });

  it.each([
    ['that does not fit the schema', '{"label":"c"}', /fit its JSON schema/],
    ['that lacks a required property', '{"n":1}', /fit its JSON schema/],
    ['that is not JSON', 'sure! {"label":"a"}', /not JSON/],
    ['that is empty', '', /not JSON/],
  ])('%s is invalid and keeps its text', (_, content, error) => {
    const answer = parse(chatLine('a', content), structured);
    expect(answer).toMatchObject({ outcome: 'invalid', content, properties: null });
    expect(answer.error).toMatch(error);
  });

  it('that is nested beyond all measure is no crash', () => {
    const tree = { type: 'array', items: { $ref: '#' } };
    const shape = shapeOf(CHAT, { response_format: { type: 'json_schema', json_schema: { schema: tree } } });
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    expect(['invalid', 'ok']).toContain(parse(chatLine('a', deep), shape).outcome);
  });

  it('has only to be JSON where any JSON was asked for', () => {
    const shape = shapeOf(CHAT, { response_format: { type: 'json_object' } });
    expect(parse(chatLine('a', '{"x":1}'), shape).outcome).toBe('ok');
    expect(parse(chatLine('a', 'x'), shape).outcome).toBe('invalid');
  });

  it('of a schema that differs from row to row has only to be JSON', () => {
    const rows = { type: 'object', properties: { label: { enum: ['{{label}}'] } } };
    const shape = shapeOf(CHAT, { response_format: { type: 'json_schema', json_schema: { schema: rows } } });
    expect(parse(chatLine('a', '{"label":"anything"}'), shape).outcome).toBe('ok');
    expect(shape.properties.map(({ name }) => name)).toEqual(['label']);
  });
});

describe('a line without an answer', () => {
  it.each([400, 404, 429, 500])('with status %i is failed with the message of the provider', (status) => {
    const answer = parse(bodyLine('a', { error: { message: 'No such model.', code: 'x' } }, status));
    expect(answer).toMatchObject({ outcome: 'failed', error: `${status}: No such model.`, content: null });
  });

  it.each([
    [{ message: 'Out of memory.', code: 'x' }, 'Out of memory.'],
    ['plain words', 'plain words'],
    [null, 'The answer holds no content.'],
  ])('with status 200 and the error %j in its body is failed with it', (error, message) => {
    const usage = { prompt_tokens: 3 };
    expect(parse(bodyLine('a', { error, usage }))).toMatchObject({
      outcome: 'failed',
      error: message,
      promptTokens: 3,
    });
  });

  it('with status 0, an empty body and no error is failed', () => {
    expect(parse(bodyLine('a', {}, 0))).toMatchObject({ outcome: 'failed' });
    expect(parse(bodyLine('a', {}, 0)).error).toMatch(/neither/);
  });

  it('with a null response is failed with its error', () => {
    const line = { id: 'x', custom_id: 'a', response: null, error: { code: 'server_error', message: 'Broken.' } };
    expect(parse(line)).toMatchObject({ outcome: 'failed', error: 'Broken.' });
    expect(parse({ custom_id: 'a', response: null, error: null }).error).toMatch(/neither/);
    expect(parse({ custom_id: 'a' }).outcome).toBe('failed');
  });

  it('of an expired batch is expired', () => {
    const error = { code: 'batch_expired', message: 'This request could not be executed in time.' };
    expect(parse({ id: 'x', custom_id: 'a', response: null, error })).toMatchObject({
      outcome: 'expired',
      error: error.message,
    });
  });

  it('of a cancelled batch is failed with what the provider says', () => {
    const error = { code: 'batch_cancelled', message: 'This batch was cancelled.' };
    expect(parse({ custom_id: 'a', response: null, error })).toMatchObject({ outcome: 'failed', error: error.message });
  });

  it('with an error beside a body without status is failed', () => {
    expect(parse({ custom_id: 'a', response: { body: null }, error: 'plain words' }).error).toBe('plain words');
  });

  it('has its error cut, never through a character', () => {
    const { error } = parse(bodyLine('a', { error: { message: `${'x'.repeat(1994)}${'😀'.repeat(9)}` } }, 400));
    expect(error?.length).toBeLessThan(2004);
    expect(error).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])/);
  });
});

describe('an answer of the responses endpoint', () => {
  const shape = shapeOf('/v1/responses', { input: 'x' });
  const say = (content: object[], more: object = {}) =>
    bodyLine('a', {
      status: 'completed',
      output: [
        { type: 'reasoning', summary: [] },
        { type: 'message', role: 'assistant', content },
      ],
      usage: { input_tokens: 3, output_tokens: 4 },
      ...more,
    });

  it('is ok with the texts of its messages', () => {
    const answer = parse(
      say([
        { type: 'output_text', text: 'a' },
        { type: 'output_text', text: 'b' },
      ]),
      shape,
    );
    expect(answer).toMatchObject({ outcome: 'ok', content: 'ab', promptTokens: 3, completionTokens: 4 });
    expect(answer.finishReason).toBe('completed');
  });

  it('is refused by a refusal', () => {
    const answer = parse(say([{ type: 'refusal', refusal: 'No.' }]), shape);
    expect(answer).toMatchObject({ outcome: 'refused', error: 'No.' });
  });

  it('is truncated when it is incomplete for its length', () => {
    const more = { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } };
    const answer = parse(say([{ type: 'output_text', text: 'a' }], more), shape);
    expect(answer).toMatchObject({ outcome: 'truncated', content: 'a', finishReason: 'max_output_tokens' });
    expect(parse(bodyLine('a', { ...more, output: [] }), shape).outcome).toBe('truncated');
  });

  it('is truncated when it is incomplete for no reason given', () => {
    const answer = parse(say([{ type: 'output_text', text: 'a' }], { status: 'incomplete' }), shape);
    expect(answer).toMatchObject({ outcome: 'truncated', content: 'a', finishReason: 'incomplete' });
  });

  it('is refused when it is incomplete for its content', () => {
    const more = { status: 'incomplete', incomplete_details: { reason: 'content_filter' } };
    expect(parse(say([{ type: 'output_text', text: 'a' }], more), shape).outcome).toBe('refused');
  });

  it('is failed with its error', () => {
    const answer = parse(bodyLine('a', { status: 'failed', error: { message: 'Oops.' }, output: [] }), shape);
    expect(answer).toMatchObject({ outcome: 'failed', error: 'Oops.' });
  });

  it('is checked against the schema of text.format', () => {
    const asked = shapeOf('/v1/responses', { text: { format: { type: 'json_schema', name: 'x', schema } } });
    expect(parse(say([{ type: 'output_text', text: '{"label":"a"}' }]), asked).outcome).toBe('ok');
    expect(parse(say([{ type: 'output_text', text: '{"label":1}' }]), asked).outcome).toBe('invalid');
  });
});

describe('an answer with embeddings', () => {
  const shape = shapeOf('/v1/embeddings', { input: '{{text}}' });
  const pair = shapeOf('/v1/embeddings', { input: ['{{a}}', '{{b}}'] });
  const data = (...vectors: unknown[]) =>
    bodyLine('a', {
      data: vectors.map((embedding, index) => ({ object: 'embedding', index, embedding })),
      usage: { prompt_tokens: 7, total_tokens: 7 },
    });
  const base64 = (values: number[]) => Buffer.from(new Float32Array(values).buffer).toString('base64');

  it('is read from numbers', () => {
    const answer = parse(data([0.25, -1, 3e-10]), shape);
    expect(answer).toMatchObject({ outcome: 'ok', content: null, promptTokens: 7, completionTokens: null });
    expect(answer.embeddings).toEqual([new Float32Array([0.25, -1, 3e-10])]);
  });

  it('is read from base64', () => {
    expect(parse(data(base64([0.1, -2])), shape).embeddings).toEqual([new Float32Array([0.1, -2])]);
  });

  it('of several inputs are ordered by their index', () => {
    const line = bodyLine('a', { data: [1, 0].map((index) => ({ index, embedding: [index] })) });
    expect(parse(line, pair).embeddings).toEqual([new Float32Array([0]), new Float32Array([1])]);
  });

  it.each([
    ['is missing', data()],
    ['is empty', data([])],
    ['is no list of numbers', data(['x'])],
    ['is broken base64', data('abc')],
    ['is base64 of no whole floats', data('AAAAAAA=')],
  ])('is failed where one %s', (_, line) => {
    expect(parse(line, shape)).toMatchObject({ outcome: 'failed', embeddings: [] });
  });

  it('is failed where one of two is missing', () => {
    expect(parse(data([1]), pair).error).toBe('The answer holds 1 readable embeddings where 2 were asked for.');
  });
});

describe('answers of the other endpoints', () => {
  it('completions give their text', () => {
    const shape = shapeOf('/v1/completions', { prompt: 'x' });
    const line = (finish_reason: string) => bodyLine('a', { choices: [{ text: 'yes', index: 0, finish_reason }] });
    expect(parse(line('stop'), shape)).toMatchObject({ outcome: 'ok', content: 'yes' });
    expect(parse(line('length'), shape)).toMatchObject({ outcome: 'truncated', content: 'yes' });
  });

  it('moderations give their result as JSON', () => {
    const shape = shapeOf('/v1/moderations', { input: 'x' });
    const result = { flagged: true, categories: { hate: false } };
    expect(parse(bodyLine('a', { results: [result] }), shape)).toMatchObject({
      outcome: 'ok',
      content: JSON.stringify(result),
    });
    expect(parse(bodyLine('a', { results: [] }), shape).outcome).toBe('failed');
  });
});

describe('a hostile line', () => {
  it.each(['', 'null', '[]', '7', '{', '{"custom_id":7}', '{"custom_id":null}', '{}', '\u0000', '"x"'])(
    '%j is broken, not an error',
    (line) => {
      expect(parseAnswer(line, plain)).toBeNull();
    },
  );

  it('never throws, whatever stands where', () => {
    const shapes = [
      plain,
      structured,
      shapeOf('/v1/responses', {}),
      shapeOf('/v1/embeddings', { input: ['{{a}}', 'b'] }),
      shapeOf('/v1/completions', {}),
      shapeOf('/v1/moderations', {}),
    ];
    const names = ['choices', 'output', 'data', 'results', 'usage', 'error', 'status', 'message', 'content', 'index'];
    const node = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom(null, true, 0, -1, 1e308, '', 'x', 'failed', 'AAAA'),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...names, 'embedding', 'text', 'type', '__proto__'), tie('value'), {
          maxKeys: 4,
        }),
      ),
    })).value;
    fc.assert(
      fc.property(node, node, fc.constantFrom(200, 0, null, 'x', 400), (body, error, status_code) => {
        const line = JSON.stringify({ custom_id: 'a', response: { status_code, body }, error });
        for (const shape of shapes) expect(parseAnswer(line, shape)?.customId).toBe('a');
      }),
      { numRuns: 300 },
    );
  });
});
