import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDataset } from '../../../../src/core/datasets/openDataset.ts';
import { datasetRows, type RowsRequest } from '../../../../src/core/pipeline/datasetRows.ts';
import { openReadEnv } from '../../../../src/engine/readEnv.ts';

let folder = '';
const never = new AbortController().signal;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tranche-rows-'));
  for (const day of [1, 2]) {
    await mkdir(path.join(folder, `day=${day}`));
    const rows = Array.from({ length: 3 }, (_, row) => `${day}${row},"a ""b"", c",${row === 1 ? '' : '007'}`);
    await writeFile(path.join(folder, `day=${day}`, 'part.csv'), `id,"odd, name",n\n${rows.join('\n')}\n`);
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function rowsOf(more: Partial<RowsRequest>): Promise<unknown[]> {
  const env = await openReadEnv();
  const { dataset } = await openDataset(folder, { format: null }, env, never);
  const pieces: string[] = [];
  for await (const bytes of datasetRows(dataset, { columns: null, limit: null, ...more }, env, never))
    pieces.push(new TextDecoder().decode(bytes));
  const lines = pieces.join('').split('\n');
  expect(lines.pop()).toBe('');
  return lines.map((line): unknown => JSON.parse(line));
}

describe('rows of a dataset', () => {
  it('are one object a row, files in order, with partition columns', async () => {
    const rows = await rowsOf({});
    expect(rows).toHaveLength(6);
    expect(rows[0]).toEqual({ id: '10', 'odd, name': 'a "b", c', n: '007', day: '1' });
    expect(rows[4]).toEqual({ id: '21', 'odd, name': 'a "b", c', n: null, day: '2' });
  });

  it('have only the columns asked for, in that order', async () => {
    const rows = await rowsOf({ columns: ['day', '"odd, name"', 'id'], limit: 1 });
    expect(Object.keys(rows[0] as object)).toEqual(['day', 'odd, name', 'id']);
  });

  it('end at the limit, also in the middle of a file', async () => {
    for (const limit of [1, 3, 4, 6, 100]) expect(await rowsOf({ limit })).toHaveLength(Math.min(6, limit));
  });

  it('of an unknown column are a sentence that names the nearest one', async () => {
    await expect(rowsOf({ columns: ['dya'] })).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('did you mean "day"') as string,
    });
    await expect(rowsOf({ columns: [''] })).rejects.toMatchObject({ code: 'usage' });
  });
});
