import { expect, it } from 'vitest';
import { percentText } from '../../../src/extension/percentText.ts';

it('never says that something under way is done', () => {
  expect([percentText(0, 0), percentText(1, 3), percentText(999, 1000), percentText(5, 5)]).toEqual([
    '0 %',
    '33 %',
    '99 %',
    '99 %',
  ]);
});
