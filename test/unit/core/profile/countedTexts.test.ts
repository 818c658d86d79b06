import { describe, expect, test } from 'vitest';
import type { BodyNode } from '../../../../src/core/model/body.ts';
import { countedTexts } from '../../../../src/core/profile/countedTexts.ts';

/** Plain JSON as a body. */
function node(value: unknown): BodyNode {
  if (Array.isArray(value)) return { items: value.map(node) };
  if (typeof value === 'object' && value !== null)
    return { entries: Object.entries(value).map(([key, inner]) => [key, node(inner)]) };
  return value as BodyNode;
}

describe('the texts of a body that a model reads', () => {
  test('are those of the messages, roles and names included, with the documented framing', () => {
    const body = node({
      model: 'gpt-4o-mini',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', name: 'ann', content: '{{text}}' },
      ],
      metadata: { note: 'not read' },
      max_tokens: 5,
    });
    expect(countedTexts('/v1/chat/completions', body)).toEqual({
      texts: ['system', 'Be brief.', 'user', 'ann', '{{text}}'],
      framingTokens: 3 + 3 + 1 + 3,
      marginTokens: 4,
      uncounted: [],
    });
  });

  test('are those of content parts; what other media cost is not told by text', () => {
    const content = [
      { type: 'text', text: 'What is this?' },
      { type: 'image_url', image_url: { url: 'https://example.org/{{file}}.png' } },
      { type: 'input_audio', input_audio: { data: '{{sound}}' } },
    ];
    const body = node({ messages: [{ role: 'user', content }] });
    expect(countedTexts('/v1/chat/completions', body)).toEqual({
      texts: ['user', 'What is this?'],
      framingTokens: 6,
      marginTokens: 2,
      uncounted: ['image_url', 'input_audio'],
    });
  });

  test('hold tools and schemas as JSON, their texts apart since they may have placeholders', () => {
    const body = node({ messages: [], response_format: { type: 'json_schema', n: 1, '{{': 'say "{{"odd name"}}"' } });
    expect(countedTexts('/v1/chat/completions', body).texts).toEqual([
      'json_schema',
      'say "{{"odd name"}}"',
      '{"type":"","n":1,"{{{{":""}',
    ]);
  });

  test.each([
    [
      '/v1/embeddings',
      { input: ['{{a}}', 'b'], dimensions: 5 },
      { texts: ['{{a}}', 'b'], framingTokens: 0, marginTokens: 0, uncounted: [] },
    ],
    ['/v1/embeddings', { input: [1, 2, 3] }, { texts: [], framingTokens: 3, marginTokens: 0, uncounted: [] }],
    ['/v1/moderations', { input: '{{a}}' }, { texts: ['{{a}}'], framingTokens: 0, marginTokens: 0, uncounted: [] }],
    [
      '/v1/completions',
      { prompt: '{{a}}', suffix: 'z' },
      { texts: ['{{a}}', 'z'], framingTokens: 0, marginTokens: 0, uncounted: [] },
    ],
    [
      '/v1/responses',
      { input: '{{a}}', instructions: 'Judge.' },
      { texts: ['Judge.', '{{a}}'], framingTokens: 4 + 3 + 4, marginTokens: 4, uncounted: [] },
    ],
    [
      '/v1/responses',
      { input: [{ role: 'user', content: '{{a}}' }] },
      { texts: ['user', '{{a}}'], framingTokens: 6, marginTokens: 2, uncounted: [] },
    ],
    [
      '/v1/responses',
      { prompt: { id: 'pmpt_1' }, previous_response_id: null },
      { texts: [], framingTokens: 3, marginTokens: 0, uncounted: ['prompt'] },
    ],
    ['/v1/chat/completions', {}, { texts: [], framingTokens: 3, marginTokens: 0, uncounted: [] }],
  ] as const)('of %s in %j', (endpoint, body, expected) => {
    expect(countedTexts(endpoint, node(body))).toEqual(expected);
  });
});
