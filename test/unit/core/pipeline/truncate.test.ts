import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shortenTexts } from '../../../../src/core/pipeline/shortenTexts.ts';
import { openTokenCounter } from '../../../../src/core/profile/tokens.ts';
import { openJobWorld, renderedChunks, type JobWorld } from './jobWorld.ts';

let world: JobWorld;
beforeAll(async () => {
  world = await openJobWorld();
});
afterAll(() => world.close());

const embeddings = { endpoint: '/v1/embeddings', model: 'text-embedding-3-small', body: { input: '{{text}}' } };

describe('lines that may be truncated', () => {
  it('lose tokens of their longest text until they fit', async () => {
    const rows = [
      { id: 'short', text: 'to them', more: 'a b c' },
      { id: 'long', text: 'one two three '.repeat(50), more: 'four five '.repeat(10) },
      { id: 'both', text: 'six '.repeat(90), more: 'seven '.repeat(90) },
    ];
    const messages = [{ role: 'user', content: 'Say: {{text}} {{more}}' }];
    const limits = { maxTokens: 40, oversized: 'truncate' };
    const request = { body: { messages, max_completion_tokens: 5 } };
    const opened = await world.open(await world.putRows('rows.jsonl', rows), { request, limits });
    const chunks = await renderedChunks(opened, null);
    const lines = chunks.flatMap(({ text }) => text.trim().split('\n'));
    const said = lines.map((line) => (JSON.parse(line) as { body: { messages: { content: string }[] } }).body);
    const counts = said.map(({ messages: [message] }) => countTokens(message?.content ?? ''));
    expect(lines).toHaveLength(3);
    expect(said[0]?.messages[0]?.content).toBe('Say: to them a b c');
    for (const count of counts.slice(1)) {
      expect(count).toBeGreaterThan(25);
      expect(count).toBeLessThan(40);
    }
    const plan = await world.plan(opened);
    expect(plan).toMatchObject({ notPlannedRows: 0, tokens: { known: 'exact' } });
    expect(plan.chunks.every(({ tokens }) => tokens.value <= 40)).toBe(true);
  });

  it('are set aside where even empty texts leave too many tokens', async () => {
    const request = { body: { messages: [{ role: 'user', content: `${'word '.repeat(60)}{{text}}` }] } };
    const limits = { maxTokens: 40, oversized: 'truncate' };
    const opened = await world.open(await world.putRows('rows.jsonl', [{ id: 1, text: 'a' }]), { request, limits });
    expect(await world.plan(opened)).toMatchObject({ chunks: [], notPlanned: [{ reason: 'tokens' }] });
  });

  it('are set aside as null where nothing of an embeddings input is left', async () => {
    const rows = [
      { id: 'a', text: 'x'.repeat(500) },
      { id: `long-${'k'.repeat(40)}`, text: 'y'.repeat(500) },
    ];
    const uri = await world.putRows('rows.jsonl', rows);
    const opened = await world.open(uri, { request: embeddings, limits: { maxBytes: 150, oversized: 'truncate' } });
    const [chunk, ...others] = await renderedChunks(opened, null);
    expect(others).toEqual([]);
    expect(chunk?.text).toMatch(/^\{"custom_id":"a".*"input":"x+"/);
    expect(chunk?.text).toHaveLength(150);
    expect(await world.plan(opened)).toMatchObject({
      chunks: [{ requests: 1 }],
      notPlanned: [{ reason: 'null', detail: 'its input is empty' }],
    });
  });
});

it('shortens any texts to a beginning that fits', async () => {
  const tokens = await openTokenCounter('o200k_base');
  const filled = [
    ['<', 0, '> ', 1],
    [1, 'and'],
  ] as const;
  const request = { fixed: [], filled, framingTokens: 0 };
  const text = fc.string({ unit: 'grapheme', maxLength: 60 });
  fc.assert(
    fc.property(text, text, fc.integer({ min: 4, max: 30 }), (a, b, most) => {
      const staying = shortenTexts([a, b], request, tokens, most);
      const [x, y] = [a, b].map((whole, index) => {
        const bytes = new TextEncoder().encode(whole);
        return new TextDecoder('utf-8', { ignoreBOM: true, fatal: true }).decode(
          bytes.subarray(0, staying[index] ?? bytes.length),
        );
      });
      expect(countTokens(`<${x}> ${y}`) + countTokens(`${y}and`)).toBeLessThanOrEqual(most);
    }),
    { numRuns: 300 },
  );
});
