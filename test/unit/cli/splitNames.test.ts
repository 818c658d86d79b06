import { expect, it } from 'vitest';
import { splitNames } from '../../../src/cli/splitNames.ts';

it('splits at commas outside quotes', () => {
  expect(splitNames('a, b.c,"odd, name"')).toEqual(['a', 'b.c', '"odd, name"']);
  expect(splitNames('a')).toEqual(['a']);
  expect(splitNames('a,,b')).toEqual(['a', '', 'b']);
});
