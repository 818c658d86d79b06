import fc from 'fast-check';
import { expect, test } from 'vitest';
import { meantWords, nearestWord } from '../../../src/core/nearest.ts';

const KNOWN = ['maxBytes', 'maxRequests', 'maxTokens', 'uri'];

test.each([
  ['maxbytes', 'maxBytes'],
  ['maxBtyes', 'maxBytes'],
  ['max_bytes', 'maxBytes'],
  ['maxToken', 'maxTokens'],
  ['url', 'uri'],
  ['maxReq', null],
  ['xyz', null],
  ['', null],
  ['m'.repeat(10_000), null],
])('%s is meant as %s', (word, meant) => {
  expect(nearestWord(word, KNOWN)).toBe(meant);
});

test('a word is nearest to itself, and one slip away is still found', () => {
  fc.assert(
    fc.property(fc.constantFrom('maxBytes', 'maxRequests', 'maxTokens'), fc.nat(6), (word, at) => {
      expect(nearestWord(word, KNOWN)).toBe(word);
      expect(nearestWord(word.slice(0, at) + word.slice(at + 1), KNOWN)).toBe(word);
    }),
  );
});

test('where none is near, all are named', () => {
  expect(meantWords('xyz', KNOWN)).toBe('known are "maxBytes", "maxRequests", "maxTokens", "uri".');
});
