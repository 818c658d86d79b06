import { describe, expect, it } from 'vitest';
import { queueFull } from '../../../../src/core/submit/queueFull.ts';

describe('a full queue', () => {
  it.each([
    [
      'token_limit_exceeded',
      'Enqueued token limit reached for gpt-4o-mini in organization org-1. Limit: 2,000,000 enqueued tokens. Please try again once some in_progress batches have been completed.',
      { kind: 'tokens', limit: 2_000_000 },
    ],
    [
      null,
      'Enqueued request limit reached for text-embedding-3-small in organization org-1. Limit: 1,000,000 enqueued requests.',
      { kind: 'requests', limit: 1_000_000 },
    ],
    ['token_limit_exceeded', null, { kind: 'tokens', limit: null }],
    [null, 'enqueued token limit exceeded', { kind: 'tokens', limit: null }],
    [null, 'Limit reached: no more enqueued requests', { kind: 'requests', limit: null }],
    ['token_limit_exceeded', 'Limit: 99999999999999999999 enqueued tokens', { kind: 'tokens', limit: null }],
  ])('is recognised by %s, %s', (code, message, expected) => {
    expect(queueFull(code, message)).toEqual(expected);
  });

  it.each([
    ['invalid_json_line', 'Line 3 is not JSON'],
    [null, 'Rate limit reached for requests'],
    [null, null],
  ])('is not %s, %s', (code, message) => {
    expect(queueFull(code, message)).toBeNull();
  });
});
