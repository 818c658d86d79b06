import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRandom } from '../../../../src/core/profile/random.ts';
import { openTokenCounter } from '../../../../src/core/profile/tokens.ts';
import { countLines, type LineTokens } from '../../../../src/core/pipeline/lineTokens.ts';
import { sampledText } from '../../../../src/core/pipeline/sampledText.ts';
import { estimateTokens } from '../../../../src/core/pipeline/tokenEstimate.ts';
import { openJobWorld, renderedChunks, type JobWorld } from './jobWorld.ts';

let world: JobWorld;
beforeAll(async () => {
  world = await openJobWorld();
});
afterAll(() => world.close());

/** Documents whose text has more or fewer tokens a byte from one to the next. */
function documents(count: number, chars: number, seed: number): { id: number; text: string }[] {
  const random = openRandom(seed);
  return Array.from({ length: count }, (_, id) => {
    const odd = random() * 0.6;
    const length = chars * (0.5 + random());
    let text = '';
    while (text.length < length)
      text += random() < odd ? `${Math.floor(random() * 1e9).toString(36)} ` : 'to them all the same ';
    return { id, text };
  });
}

/** A chat message of one user costs 4 tokens and an answer 3. */
const FRAMING = 7;
const truth = (rows: readonly { text: string }[]): number =>
  rows.reduce((sum, { text }) => sum + countTokens(text) + FRAMING, 0);

describe('the tokens of a plan', () => {
  it('hold the truth in their interval where rows are long and few', { timeout: 30_000 }, async () => {
    for (const [count, chars] of [
      [8, 200_000],
      [12, 1_000_000],
      [1, 300_000],
    ] as const) {
      const rows = documents(count, chars, count);
      const plan = await world.plan(await world.open(await world.putRows('long.jsonl', rows)));
      const tokens = truth(rows);
      expect(plan.tokens.known).toBe('estimate');
      expect(plan.tokens.low).toBeLessThanOrEqual(tokens);
      expect(plan.tokens.high).toBeGreaterThanOrEqual(tokens);
      expect(plan.tokens.high - plan.tokens.low).toBeLessThan(0.3 * tokens);
      expect(plan.cost.greatest).toMatchObject({ known: 'estimate' });
    }
  });

  it('are exact where every line was counted', async () => {
    const rows = documents(300, 300, 3);
    const plan = await world.plan(await world.open(await world.putRows('short.jsonl', rows)));
    expect(plan.tokens).toMatchObject({ known: 'exact', value: truth(rows) });
  });

  it('are those of the first rows where the job takes no more, and rendering gives the same', async () => {
    const rows = [...documents(300, 300, 3), ...documents(3000, 900, 4)].map((row, id) => ({ ...row, id }));
    const uri = await world.putRows('some.jsonl', rows);
    const some = await world.open(uri, { dataset: { limit: 300 } });
    expect((await world.plan(some)).tokens).toMatchObject({ known: 'exact', value: truth(rows.slice(0, 300)) });
    expect(await renderedChunks(some, null)).toHaveLength(1);
    const more = await world.plan(await world.open(uri, { dataset: { limit: 2000 } }));
    const counted = truth(rows.slice(0, 2000));
    expect(more.tokens.low).toBeLessThanOrEqual(counted);
    expect(more.tokens.high).toBeGreaterThanOrEqual(counted);
  });
});

/** Lines whose ratio and length vary, with a long tail. */
function population(count: number, seed: number): LineTokens[] {
  const random = openRandom(seed);
  return Array.from({ length: count }, () => {
    const bytes = Math.ceil(200 * Math.exp(2 * random() + 2 * random()));
    const tokens = Math.ceil(bytes * (0.2 + 0.1 * random() + (random() < 0.05 ? 0.3 : 0)));
    return { bytes, tokens, variance: 0, degrees: 0, slack: 0 };
  });
}

it('covers the truth as often as it says, for few lines and many, for all of them and for a chunk', () => {
  for (const sampled of [60, 120, 500]) {
    let [all, chunk, sure] = [0, 0, 0];
    for (let seed = 0; seed < 300; seed++) {
      const lines = population(2000, seed);
      const estimate = estimateTokens(lines.slice(0, sampled), lines.length);
      const sums = (some: readonly LineTokens[]): [number, number, number] => [
        some.reduce((sum, { bytes }) => sum + bytes, 0),
        some.length,
        some.reduce((sum, { tokens }) => sum + tokens, 0),
      ];
      const [bytes, count, tokens] = sums(lines);
      const total = estimate.of(bytes, count);
      if (total.figure.low <= tokens && tokens <= total.figure.high) all++;
      if (tokens <= total.sure.high) sure++;
      const [partBytes, partCount, partTokens] = sums(lines.slice(1000, 1100));
      const part = estimate.of(partBytes, partCount).figure;
      if (part.low <= partTokens && partTokens <= part.high) chunk++;
    }
    expect(all).toBeGreaterThan(sampled < 100 ? 260 : 270);
    expect(chunk).toBeGreaterThan(sampled < 100 ? 260 : 270);
    expect(sure).toBe(300);
  }
});

it('is never without width unless every line was counted whole', () => {
  const alike = Array.from({ length: 20 }, (): LineTokens => ({
    bytes: 100,
    tokens: 25,
    variance: 0,
    degrees: 0,
    slack: 0,
  }));
  const { figure, sure } = estimateTokens(alike, 1000).of(100_000, 1000);
  expect(figure).toMatchObject({ known: 'estimate', value: 25_000 });
  expect(figure.low).toBeLessThan(figure.high);
  expect(sure.high).toBeGreaterThanOrEqual(figure.high);
  expect(estimateTokens(alike.slice(0, 1), 2).of(200, 2).figure.known).toBe('unknown');
  expect(estimateTokens(alike, 20).of(2000, 20).figure).toMatchObject({ known: 'exact', value: 500 });
});

it('counts windows of a long text, and other work goes on meanwhile', async () => {
  const [row = { text: '' }] = documents(1, 2_000_000, 9);
  const text = sampledText(row.text, 1, 5);
  expect(text.parts).toHaveLength(8);
  expect(text.parts.join('').length).toBeLessThanOrEqual(65_536);
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  const counter = await openTokenCounter('o200k_base');
  turns = 0;
  const [line] = await countLines(
    [{ row: 0, hash: 1, chars: 0, bytes: 1, texts: [text, text, text, text] }],
    3,
    counter,
  );
  clearInterval(timer);
  expect(turns).toBeGreaterThan(2);
  const exact = 4 * countTokens(row.text);
  expect(Math.abs((line?.tokens ?? 0) - exact)).toBeLessThan(0.05 * exact);
});
