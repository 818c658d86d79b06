import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { linesOf } from '../../../src/rehearsal/lines.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tranche-lines-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function linesIn(text: string, maxLineBytes = 10_000_000): Promise<[string | null, number][]> {
  const file = path.join(folder, 'file');
  await writeFile(file, text);
  const lines: [string | null, number][] = [];
  for await (const { bytes, offset } of linesOf(file, maxLineBytes)) lines.push([bytes?.toString() ?? null, offset]);
  return lines;
}

it('gives each line and where it begins, blank ones left out, a last one without its end too', async () => {
  expect(await linesIn('a\n\n \t\r\nbü\nc')).toEqual([
    ['a', 0],
    ['bü', 7],
    ['c', 11],
  ]);
  expect(await linesIn('')).toEqual([]);
  expect(await linesIn('a\n')).toEqual([['a', 0]]);
});

it('joins lines that reach over several reads', async () => {
  const long = 'x'.repeat(2_500_000);
  const offset = 2 * 1024 * 1024 - 1;
  expect(await linesIn(`${'y'.repeat(offset - 1)}\n${long}\nz`)).toEqual([
    ['y'.repeat(offset - 1), 0],
    [long, offset],
    ['z', offset + long.length + 1],
  ]);
});

it('gives a line that is too long without its bytes and goes on after it', async () => {
  expect(await linesIn(`ab\n${'x'.repeat(3_000_000)}\ncd`, 5)).toEqual([
    ['ab', 0],
    [null, 3],
    ['cd', 3_000_004],
  ]);
});
