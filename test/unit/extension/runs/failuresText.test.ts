import { expect, it } from 'vitest';
import { failuresText } from '../../../../src/extension/runs/failuresText.ts';

it('puts every row that is not ok on one line, whatever its key and its reason hold', () => {
  const rows = [
    { key: ['a\nb', 'c'], status: 'failed', reason: 'Too\r\nlong.' },
    { key: ['\u202egpj.exe'], status: 'missing', reason: null },
  ] as const;
  expect(failuresText('posts', 3, rows).split('\n')).toEqual([
    'posts: 3 rows are not ok.',
    'These are the first 2; all are in the failures file.',
    '',
    'a b, c    failed   Too long.',
    ' gpj.exe  missing',
    '',
  ]);
});
