import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { maxOutputTokens } from '../../../../src/core/profile/maxOutputTokens.ts';
import { PRICES_AS_OF, priceOf } from '../../../../src/core/profile/price.ts';
import type { PriceQuestion } from '../../../../src/core/profile/price.ts';

const ask = (model: string, more: Partial<PriceQuestion> = {}) =>
  priceOf({ model, list: 'openai', overrides: {}, largestRequestTokens: 2000, nowMs: Date.UTC(2026, 10, 24), ...more });

describe('the batch price', () => {
  test.each([
    ['gpt-4o-mini', 0.075, 0.3],
    ['gpt-4o-mini-2024-07-18', 0.075, 0.3],
    ['gpt-4o', 1.25, 5],
    ['gpt-4.1', 1, 4],
    ['text-embedding-3-small', 0.01, 0],
    ['text-embedding-3-large', 0.065, 0],
    ['omni-moderation-latest', 0, 0],
  ])('of %s is half of the list price', (model, inputPerMillionUsd, outputPerMillionUsd) => {
    expect(ask(model)).toEqual({ inputPerMillionUsd, outputPerMillionUsd, asOf: PRICES_AS_OF });
  });

  test('rises with the longest request where the list has tiers', () => {
    expect(ask('gpt-5.4')).toMatchObject({ inputPerMillionUsd: 1.25, outputPerMillionUsd: 7.5 });
    expect(ask('gpt-5.4', { largestRequestTokens: 271_999 })).toMatchObject({ inputPerMillionUsd: 1.25 });
    expect(ask('gpt-5.4', { largestRequestTokens: 272_000 })).toMatchObject({
      inputPerMillionUsd: 2.5,
      outputPerMillionUsd: 11.25,
    });
    expect(ask('gpt-5.4', { largestRequestTokens: null })).toMatchObject({
      inputPerMillionUsd: 2.5,
      outputPerMillionUsd: 11.25,
    });
  });

  test('counts writing to the prompt cache where that costs more than plain input', () => {
    expect(ask('gpt-6-astra')).toMatchObject({ inputPerMillionUsd: 6.25, outputPerMillionUsd: 25 });
  });

  test.each(['llama-3.1-8b', 'ft:gpt-4o-mini:acme', '', '__proto__'])('of %j is unknown', (model) => {
    expect(ask(model)).toBeNull();
  });

  test('is what the machine says, without a discount, before any list', () => {
    const overrides = { 'gpt-4o-mini': { inputPerMillionUsd: 3, outputPerMillionUsd: 4 } };
    const own = { inputPerMillionUsd: 3, outputPerMillionUsd: 4, asOf: null };
    expect(ask('gpt-4o-mini', { overrides })).toEqual(own);
    expect(ask('gpt-4o-mini', { overrides, list: 'none' })).toEqual(own);
    expect(ask('gpt-4o', { overrides, list: 'none' })).toBeNull();
    expect(ask('toString', { list: 'none' })).toBeNull();
  });

  test('of a rehearsal is nothing', () => {
    const overrides = { 'gpt-4o-mini': { inputPerMillionUsd: 3, outputPerMillionUsd: 4 } };
    expect(ask('gpt-4o-mini', { overrides, list: 'free' })).toEqual({
      inputPerMillionUsd: 0,
      outputPerMillionUsd: 0,
      asOf: null,
    });
  });

  test('carries the day of the list that is installed', () => {
    const text = readFileSync(
      new URL('../../../../node_modules/@pydantic/genai-prices/package.json', import.meta.url),
      'utf8',
    );
    // A newer list needs a newer PRICES_AS_OF.
    expect((JSON.parse(text) as { version: string }).version).toBe('0.1.8');
  });
});

test.each([
  ['gpt-4o-mini', 16_384],
  ['gpt-4o-mini-2024-07-18', 16_384],
  ['gpt-4.1', 32_768],
  ['gpt-5.4', 128_000],
  ['gpt-oss-20b', 131_072],
  ['text-embedding-3-small', null],
  ['llama-3.1-8b', null],
  ['default', null],
  ['toString', null],
])('the longest answer of %s is %s tokens', async (model, tokens) => {
  expect(await maxOutputTokens(model)).toBe(tokens);
});
