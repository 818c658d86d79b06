import { describe, expect, it } from 'vitest';
import { chunkPlaceOf, chunkQuery, chunkTitle } from '../../../../src/extension/jobs/chunkPlace.ts';

describe('a document with the first lines of a chunk', () => {
  it('says in its name whether there are more', () => {
    expect(chunkTitle('posts', 7, 50, 42_898)).toBe('posts chunk 7 (first 50 of 42,898 lines).jsonl');
    expect(chunkTitle('posts', 8, 12, 12)).toBe('posts chunk 8.jsonl');
  });

  it('is found again by its address, and no other', () => {
    const place = { jobPath: '/a "b"/p.tranche.json', planHash: 'f0', chunk: { index: 7, firstRow: 10, endRow: 90 } };
    expect(chunkPlaceOf(chunkQuery(place))).toEqual(place);
    for (const query of ['', '{', '{}', '[]', '["/p", "f0", 7, 10]', '["/p", "f0", "7", 10, 90]', 'null']) {
      expect(chunkPlaceOf(query)).toBeNull();
    }
  });
});
