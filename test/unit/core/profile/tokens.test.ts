import fc from 'fast-check';
import vocabulary from 'gpt-tokenizer/bpeRanks/o200k_base';
import * as cl100k from 'gpt-tokenizer/encoding/cl100k_base';
import * as o200k from 'gpt-tokenizer/encoding/o200k_base';
import { modelToEncodingMap } from 'gpt-tokenizer/mapping';
import * as models from 'gpt-tokenizer/models';
import { beforeAll, describe, expect, test } from 'vitest';
import { exactly } from '../../../../src/core/model/figure.ts';
import { encodingOf, openTokenCounter, tokensFromBytes } from '../../../../src/core/profile/tokens.ts';
import type { TokenCounter } from '../../../../src/core/profile/tokens.ts';

const PLAIN = { disallowedSpecial: new Set<string>() };
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
/** The first bytes of a text as text. */
const beginning = (text: string, bytes: number): string =>
  new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytesOf(text).subarray(0, bytes));

/** Counted by tiktoken 1.0.22, `encode_ordinary`: text, o200k_base, cl100k_base. */
const COUNTED: readonly (readonly [string, number, number])[] = [
  ['', 0, 0],
  ['hello world', 2, 2],
  ["I can't, WE'LL go!", 8, 9],
  ['  two  spaces \n\n\n x', 6, 6],
  ['tabs\t\t\tand\r\n\r\nlines', 5, 5],
  ['1234567890 3.14', 8, 8],
  ['Zażółć gęślą jaźń', 11, 12],
  ['Съешь ещё этих мягких булок', 9, 19],
  ['敏捷的棕色狐狸跳过了懒狗。', 14, 25],
  ['すばやい茶色の狐', 8, 11],
  ['👩\u200d👩\u200d👧\u200d👦 🏳\ufe0f\u200d🌈', 18, 27],
  ['<|endoftext|><|im_start|>', 12, 12],
  ['\ufeffwith a mark\ufeff', 5, 5],
  ['next\u0085line\u00a0hard\u3000wide', 8, 8],
  ['e\u0301a\u0308 ǅ ʰ ½ ٣', 14, 16],
  ['{"a":[1,2,{"b":null}]}', 13, 12],
  ['https://example.org/a/b?c=d&e=f#g', 12, 12],
  ['a'.repeat(48), 6, 6],
  ['x'.repeat(3000), 375, 375],
  [`${' '.repeat(2500)}!`, 21, 21],
  ['字'.repeat(2000), 2000, 2000],
  ['\0\u0001\u007f', 3, 3],
];

const textOfAnyKind = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc
    .array(fc.constantFrom('a', 'The', "'s", ' ', '  ', '\n', '\r\n', '42', '!?', 'Ж', '字', '👍', 'é'), {
      maxLength: 40,
    })
    .map((parts) => parts.join('')),
);

let counters: Record<'o200k_base' | 'cl100k_base', TokenCounter>;
beforeAll(async () => {
  counters = { o200k_base: await openTokenCounter('o200k_base'), cl100k_base: await openTokenCounter('cl100k_base') };
});

describe('the encoding of a model', () => {
  test.each([
    ['gpt-4o-mini', 'o200k_base'],
    ['gpt-4o-mini-2024-07-18', 'o200k_base'],
    ['gpt-4.1-nano', 'o200k_base'],
    ['gpt-5.6-terra', 'o200k_base'],
    ['o3-mini', 'o200k_base'],
    ['gpt-oss-120b', 'o200k_base'],
    ['openai/gpt-4o', 'o200k_base'],
    ['ft:gpt-4o-mini:acme:posts:7p4lURx', 'o200k_base'],
    ['GPT-4o-Mini', 'o200k_base'],
    ['gpt-4', 'cl100k_base'],
    ['gpt-4-turbo', 'cl100k_base'],
    ['gpt-35-turbo', 'cl100k_base'],
    ['ft:gpt-3.5-turbo:acme', 'cl100k_base'],
    ['text-embedding-3-small', 'cl100k_base'],
    ['babbage-002', 'cl100k_base'],
    ['gpt-6-astra', null],
    ['gpt-4.7', null],
    ['gpt-50', null],
    ['llama-3.1-8b', null],
    ['o3x', null],
    ['', null],
  ])('%s is %s', (model, encoding) => {
    expect(encodingOf(model)).toBe(encoding);
  });

  test('agrees with the table of the tokenizer wherever both know', () => {
    const table = modelToEncodingMap as Readonly<Record<string, string | undefined>>;
    for (const model of Object.keys(models)) {
      const own = encodingOf(model);
      if (own !== null)
        expect([model, own]).toEqual([model, (table[model] ?? 'o200k_base').replace('o200k_harmony', 'o200k_base')]);
    }
  });
});

describe('counting', () => {
  test.each(COUNTED)('agrees with tiktoken on text %#', (text, o200kTokens, cl100kTokens) => {
    expect(counters.o200k_base.count(text)).toBe(o200kTokens);
    expect(counters.cl100k_base.count(text)).toBe(cl100kTokens);
    expect(counters.o200k_base.countUtf8(bytesOf(text))).toBe(o200kTokens);
  });

  // The library reads a byte-order mark, U+0085 and some invalid UTF-8 otherwise than tiktoken.
  test('agrees with gpt-tokenizer on any text', () => {
    fc.assert(
      fc.property(textOfAnyKind, (text) => {
        fc.pre(!/[\ufeff\u0085]/.test(text));
        expect(counters.o200k_base.count(text)).toBe(o200k.countTokens(text, PLAIN));
        expect(counters.cl100k_base.count(text)).toBe(cl100k.countTokens(text, PLAIN));
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ['letters', 'a'.repeat(400_000), 50_000],
    ['capitals', 'A'.repeat(400_000), 50_000],
    ['blanks', `${' \u3000'.repeat(100_000)}x`, 50_003],
    ['signs', '!?'.repeat(200_000), 100_002],
    ['Chinese', '字'.repeat(130_000), 130_000],
  ])('400 kB of %s without a place to split takes seconds, not hours', (_, text, tokens) => {
    const started = performance.now();
    expect(counters.o200k_base.count(text)).toBe(tokens);
    expect(performance.now() - started).toBeLessThan(30_000);
  });

  test('more than a million bytes without a place to split count a token a byte', () => {
    expect(counters.o200k_base.count('a'.repeat(1_000_001))).toBe(1_000_001);
    expect(counters.o200k_base.count(`${'a'.repeat(1_000_001)} b`)).toBe(1_000_002);
  });

  test('in an unknown encoding is bounded from above by bytes', async () => {
    const bound = await openTokenCounter(null);
    fc.assert(
      fc.property(textOfAnyKind, (text) => {
        expect(bound.count(text)).toBe(bytesOf(text).length);
        expect(bound.count(text)).toBeGreaterThanOrEqual(counters.o200k_base.count(text));
      }),
    );
    expect(bound.countUtf8(bytesOf('né'))).toBe(3);
    expect(tokensFromBytes(exactly(100))).toEqual({ value: 25, known: 'estimate', low: 7, high: 100 });
    expect(tokensFromBytes(exactly(0))).toMatchObject({ value: 0, low: 0, high: 0 });
  });
});

describe('cutting', () => {
  test('keeps at most the tokens asked for, ends between characters and wastes little', async () => {
    const all = [counters.o200k_base, counters.cl100k_base, await openTokenCounter(null)];
    fc.assert(
      fc.property(textOfAnyKind, fc.integer({ min: 0, max: 30 }), (text, tokens) => {
        for (const counter of all) {
          const kept = beginning(text, counter.cut(text, tokens));
          expect(counter.count(kept)).toBeLessThanOrEqual(tokens);
          if (counter.count(text) <= tokens)
            expect(kept).toBe(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytesOf(text)));
        }
      }),
      { numRuns: 300 },
    );
  });

  test('keeps its promise where a token ends inside a character and what is left of it is several tokens', () => {
    const { count, cut } = counters.o200k_base;
    let several = 0;
    for (const entry of vocabulary) {
      if (typeof entry === 'string') continue;
      for (let last = 0x80; last < 0xc0; last += 5) {
        const text = new TextDecoder().decode(Uint8Array.from([...entry, last]));
        if (text.includes('\ufffd')) continue;
        const kept = beginning(text, cut(text, 1));
        expect(count(kept)).toBeLessThanOrEqual(1);
        if (kept === '' && count(text) > 1) several += 1;
      }
    }
    expect(several).toBeGreaterThan(0);
  });

  test.each([
    ['one two three four', 2, 'one two'],
    ['one two three four', 4, 'one two three four'],
    ['one two three four', 0, ''],
    ['😀😀', 1, '😀'],
    ['👩\u200d👩', 2, '👩'],
    ['', 5, ''],
  ])('%j to %i tokens leaves %j', (text, tokens, left) => {
    expect(beginning(text, counters.o200k_base.cut(text, tokens))).toBe(left);
  });

  test('counts bytes where the encoding is unknown', async () => {
    const bound = await openTokenCounter(null);
    expect(bound.cut('aé字😀', 9)).toBe(6);
    expect(bound.cut('aé字😀', 10)).toBe(10);
    expect(bound.cut('aé字😀', 2)).toBe(1);
  });

  test('400 kB without a place to split to a few tokens takes seconds', () => {
    const started = performance.now();
    expect(counters.o200k_base.cut('a'.repeat(400_000), 500)).toBe(4000);
    expect(performance.now() - started).toBeLessThan(30_000);
  });
});
