import { expect, it } from 'vitest';
import { plainText } from '../../../src/extension/plainText.ts';

it('leaves no link in a sentence that names a file', () => {
  const name = '[Open](command:workbench.action.terminal.new).csv';
  expect(plainText(`${name} is no table.`)).toBe('[Open] (command:workbench.action.terminal.new).csv is no table.');
  expect(plainText('posts[1] (copy).csv is no table.')).toBe('posts[1] (copy).csv is no table.');
});
