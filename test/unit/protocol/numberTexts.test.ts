import { describe, expect, it } from 'vitest';
import { bytesText, countOf, usdText } from '../../../src/protocol/numberTexts.ts';

describe('numbers for people', () => {
  it('are decimal, with three digits', () => {
    expect([0, 999, 1000, 89_900_000, 999_600, 4.1e12].map(bytesText)).toEqual([
      '0 B',
      '999 B',
      '1.00 kB',
      '89.9 MB',
      '1.00 MB',
      '4.10 TB',
    ]);
  });

  it('count with separators and the right word', () => {
    expect([countOf(1, 'row'), countOf(250_000, 'row'), countOf(2, 'batch', 'batches')]).toEqual([
      '1 row',
      '250,000 rows',
      '2 batches',
    ]);
  });

  it('do not let small costs look free', () => {
    expect([0, 0.00001, 0.0634, 1234.5].map(usdText)).toEqual(['$0', '< $0.0001', '$0.0634', '$1,234.50']);
  });
});
