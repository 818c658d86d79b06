import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BodyNode } from '../../../../src/core/model/body.ts';
import { estimated, exactly } from '../../../../src/core/model/figure.ts';
import { greatestCost } from '../../../../src/core/profile/cost.ts';
import type { CostQuestion } from '../../../../src/core/profile/cost.ts';

/** A body with the given keys. */
const bodyOf = (members: Record<string, BodyNode>): BodyNode => ({ entries: Object.entries(members) });

const ask = (more: Partial<CostQuestion> = {}) =>
  greatestCost({
    endpoint: '/v1/chat/completions',
    model: 'gpt-4o-mini',
    body: bodyOf({ max_completion_tokens: 100 }),
    requests: 1000,
    inputTokens: exactly(2_000_000),
    price: { inputPerMillionUsd: 0.075, outputPerMillionUsd: 0.3, asOf: '2026-09-23' },
    modelMaxOutputTokens: 16_384,
    ...more,
  });

describe('the greatest cost', () => {
  test('is the input and the largest answers the body allows', () => {
    const cost = ask();
    expect(cost.input).toEqual(exactly(0.15));
    expect(cost.output).toEqual(exactly(0.03));
    expect(cost.greatest.known).toBe('exact');
    expect(cost.greatest.value).toBeCloseTo(0.18, 12);
    expect(cost).toMatchObject({ pricesAsOf: '2026-09-23', warnings: [] });
  });

  test('of estimated input rests on the upper end of the estimate', () => {
    const cost = ask({ inputTokens: estimated(2_000_000, 1_000_000, 4_000_000) });
    expect(cost.input).toMatchObject({ known: 'estimate', value: 0.15, low: 0.075, high: 0.3 });
    expect(cost.greatest.known).toBe('estimate');
    expect(cost.greatest.value).toBe(cost.greatest.high);
    expect(cost.greatest.high).toBeCloseTo(0.33, 12);
  });

  test.each<[string, Partial<CostQuestion>, number]>([
    ['max_tokens of a chat', { body: bodyOf({ max_tokens: 200 }) }, 200],
    ['the larger of both keys of a chat', { body: bodyOf({ max_tokens: 200, max_completion_tokens: 50 }) }, 200],
    ['n answers to a request', { body: bodyOf({ max_tokens: 200, n: 3 }) }, 600],
    [
      'max_output_tokens of a response',
      { endpoint: '/v1/responses', body: bodyOf({ max_output_tokens: 70, n: 9 }) },
      70,
    ],
    ['max_tokens of a completion', { endpoint: '/v1/completions', body: bodyOf({ max_tokens: 10 }) }, 10],
    [
      'best_of of a completion',
      { endpoint: '/v1/completions', body: bodyOf({ max_tokens: 10, n: 2, best_of: 5 }) },
      50,
    ],
    [
      'a completion of each prompt',
      { endpoint: '/v1/completions', body: bodyOf({ max_tokens: 10, n: 2, prompt: { items: ['a', 'b'] } }) },
      40,
    ],
    [
      'a prompt given as tokens',
      { endpoint: '/v1/completions', body: bodyOf({ max_tokens: 10, prompt: { items: [1, 2, 3] } }) },
      10,
    ],
    ['no answer at all', { body: bodyOf({ max_tokens: 0 }) }, 0],
    ['no answer to embeddings', { endpoint: '/v1/embeddings', body: bodyOf({}) }, 0],
    ['no answer to moderations', { endpoint: '/v1/moderations', body: bodyOf({}) }, 0],
  ])('counts %s', (_, more, tokens) => {
    const cost = ask(more);
    expect(cost.output.value).toBeCloseTo((1000 * tokens * 0.3) / 1e6, 12);
    expect(cost.warnings).toEqual([]);
  });

  test.each([
    ['/v1/chat/completions', 'max_completion_tokens'],
    ['/v1/responses', 'max_output_tokens'],
    ['/v1/completions', 'max_tokens'],
  ] as const)('of %s without a bound counts the longest answer of the model and names %s', (endpoint, key) => {
    const cost = ask({
      endpoint,
      body: bodyOf({ max_other_tokens: 1, ...(endpoint === '/v1/responses' ? { max_tokens: 1 } : {}) }),
    });
    expect(cost.output.value).toBeCloseTo((1000 * 16_384 * 0.3) / 1e6, 9);
    expect(cost.warnings).toEqual([
      `The body does not bound the answer: set "${key}" in request.body; until then the greatest cost counts 16,384 tokens an answer, the most "gpt-4o-mini" can write.`,
    ]);
  });

  test('is unknown where nothing bounds the answer', () => {
    const cost = ask({ body: bodyOf({ max_tokens: 'many' }), modelMaxOutputTokens: null });
    expect(cost.greatest.known).toBe('unknown');
    expect(cost.output.known).toBe('unknown');
    expect(cost.input.known).toBe('exact');
    expect(cost.warnings).toEqual([
      'The body does not bound the answer: set "max_completion_tokens" in request.body, since the longest answer of "gpt-4o-mini" is not known and so neither is the greatest cost.',
    ]);
  });

  test('is unknown where the price is', () => {
    const cost = ask({ price: null });
    expect([cost.greatest.known, cost.input.known, cost.output.known]).toEqual(['unknown', 'unknown', 'unknown']);
    expect(cost).toMatchObject({
      pricesAsOf: null,
      warnings: [
        'The batch price of "gpt-4o-mini" is not known; name it under "prices" in the machine\'s configuration.',
      ],
    });
  });

  test('of a rehearsal is exactly nothing, whatever is unknown', () => {
    const free = { inputPerMillionUsd: 0, outputPerMillionUsd: 0, asOf: null };
    const cost = ask({ price: free, body: bodyOf({}), modelMaxOutputTokens: null, inputTokens: estimated(5, 1, 9) });
    expect(cost).toEqual({
      greatest: exactly(0),
      input: exactly(0),
      output: exactly(0),
      pricesAsOf: null,
      warnings: [],
    });
  });

  test('of no request is exactly nothing', () => {
    expect(ask({ requests: 0, inputTokens: exactly(0) }).greatest).toEqual(exactly(0));
  });

  test('is unknown where the texts of the body do not tell its input', () => {
    const tools = {
      items: ['function', 'web_search', 'web_search', 'custom', 'file_search'].map((type) => bodyOf({ type })),
    };
    const prompt = bodyOf({ id: 'pmpt_1' });
    const cost = ask({ endpoint: '/v1/responses', body: bodyOf({ max_output_tokens: 5, tools, prompt }) });
    expect([cost.greatest.known, cost.input.known, cost.output.known]).toEqual(['unknown', 'unknown', 'exact']);
    expect(cost.warnings).toEqual([
      'What "file_search", "prompt", "web_search" in the body costs cannot be told from its texts, so the greatest cost is not known.',
    ]);
    const image = {
      items: [bodyOf({ role: 'user', content: { items: [bodyOf({ type: 'image_url', image_url: 'x' })] } })],
    };
    expect(ask({ body: bodyOf({ max_tokens: 5, messages: image }) }).greatest.known).toBe('unknown');
    const own = { items: [bodyOf({ type: 'function' })] };
    expect(ask({ body: bodyOf({ max_tokens: 5, tools: own }) }).greatest.known).toBe('estimate');
  });

  test('allows for the framing that services do not publish', () => {
    const messages = { items: [bodyOf({ role: 'user', content: 'x' })] };
    const margin = (body: BodyNode): number => Math.round((ask({ body }).input.high - 0.15) * (1e6 / 0.075 / 1000));
    expect(margin(bodyOf({ max_tokens: 1, messages }))).toBe(2);
    expect(margin(bodyOf({ max_tokens: 1, messages, response_format: bodyOf({}) }))).toBe(34);
    expect(margin(bodyOf({ max_tokens: 1, messages, tools: { items: [bodyOf({}), bodyOf({})] } }))).toBe(66);
    expect(ask({ endpoint: '/v1/embeddings', body: bodyOf({ input: 'x' }) }).greatest.known).toBe('exact');
  });

  test('never falls when there is more of anything', () => {
    const amount = fc.integer({ min: 0, max: 1_000_000 });
    fc.assert(
      fc.property(amount, amount, amount, amount, (requests, tokens, answer, more) => {
        const cost = (r: number, t: number, a: number) =>
          ask({ requests: r, inputTokens: exactly(t), body: bodyOf({ max_completion_tokens: a }) }).greatest.high;
        const least = cost(requests, tokens, answer);
        expect(cost(requests + more, tokens + more, answer)).toBeGreaterThanOrEqual(least);
        expect(cost(requests, tokens, answer + more)).toBeGreaterThanOrEqual(least);
      }),
    );
  });
});
