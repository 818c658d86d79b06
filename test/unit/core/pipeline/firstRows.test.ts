import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDataset } from '../../../../src/core/datasets/openDataset.ts';
import { datasetRows } from '../../../../src/core/pipeline/datasetRows.ts';
import { firstRows, type FirstRows, type FirstRowsSize } from '../../../../src/core/pipeline/firstRows.ts';
import { openReadEnv } from '../../../../src/engine/readEnv.ts';
import { openWorkFolder, type WorkFolder } from '../../../support/workFolder.ts';

const NEVER = new AbortController().signal;
const ROOMY: FirstRowsSize = { rows: 1_000, cellChars: 1_000, chars: 4_000_000 };
const SAMPLE = path.resolve('media/sample/posts.csv');

let folder: WorkFolder;
beforeEach(async () => {
  folder = await openWorkFolder();
});
afterEach(() => folder.remove());

async function read(uri: string, size: Partial<FirstRowsSize> = {}, signal = NEVER): Promise<FirstRows> {
  const env = await openReadEnv();
  return firstRows(await openDataset(uri, { format: null }, env, NEVER), { ...ROOMY, ...size }, env, signal);
}

describe('the first rows of a table', () => {
  it('have the values that tranche rows prints', async () => {
    const env = await openReadEnv();
    const { dataset } = await openDataset(SAMPLE, { format: null }, env, NEVER);
    const printed: unknown[] = [];
    for await (const bytes of datasetRows(dataset, { columns: null, limit: 300 }, env, NEVER)) {
      const lines = new TextDecoder().decode(bytes).trimEnd().split('\n');
      printed.push(...lines.map((line) => Object.values(JSON.parse(line) as Record<string, unknown>)));
    }
    const { rows, isWhole, totalRows } = await read(SAMPLE, { rows: 300, cellChars: 100_000 });
    expect(rows).toEqual(printed);
    expect([isWhole, totalRows]).toEqual([false, null]);
  });

  it('tell null from an empty text, and keep every digit', async () => {
    const csv = await folder.write('a.csv', 'id,text\n007,""\n9007199254740993,\n');
    const table = await read(csv);
    expect(table).toMatchObject({ format: 'csv', isWhole: true, totalRows: 2, cutCells: [] });
    expect(table.rows).toEqual([
      ['007', ''],
      ['9007199254740993', null],
    ]);
  });

  it('of JSON lines have null where a key is missing', async () => {
    const lines = await folder.write('a.jsonl', '{"a":1}\n{"b":"","a":null}\n{"c":{"d":[1,2]}}\n');
    const { columns, rows } = await read(lines);
    expect(columns.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(rows).toEqual([
      ['1', null, null],
      [null, '', null],
      [null, null, '{"d":[1,2]}'],
    ]);
  });

  it('are cut where a cell is long, between characters, and say so', async () => {
    const texts = ['x'.repeat(10), '🚢'.repeat(9), 'é'.repeat(100_000)];
    const lines = await folder.write('a.jsonl', texts.map((text) => JSON.stringify({ n: 1, text })).join('\n'));
    const { rows, cutCells } = await read(lines, { cellChars: 17 });
    expect(rows.map(([, text]) => text)).toEqual(['x'.repeat(10), '🚢'.repeat(8), 'é'.repeat(17)]);
    expect(cutCells).toEqual([
      { row: 1, column: 1, bytes: 36 },
      { row: 2, column: 1, bytes: 200_000 },
    ]);
  });

  it('end with the room there is, but show one at least', async () => {
    const rows = Array.from({ length: 50 }, (_, row) => `${row},${'word '.repeat(100)}`);
    const csv = await folder.write('a.csv', `id,text\n${rows.join('\n')}\n`);
    const some = await read(csv, { chars: 5_000 });
    expect(some.rows.length).toBeGreaterThan(5);
    expect(some.rows.length).toBeLessThan(15);
    expect(some).toMatchObject({ isWhole: false, totalRows: null });
    expect((await read(csv, { chars: 1 })).rows).toHaveLength(1);
  });

  it.each([49, 50, 51])('know whether they are all, where %i of 50 are asked for', async (limit) => {
    const csv = await folder.write('a.csv', `id\n${Array.from({ length: 50 }, (_, row) => row).join('\n')}\n`);
    const { rows, isWhole, totalRows } = await read(csv, { rows: limit });
    expect(rows).toHaveLength(Math.min(50, limit));
    expect([isWhole, totalRows]).toEqual(limit < 50 ? [false, null] : [true, 50]);
  });

  it('of 500 columns are all there', async () => {
    const names = Array.from({ length: 500 }, (_, index) => `c${index}`);
    const rows = Array.from({ length: 1_200 }, (_, row) => names.map((_name, index) => row * index).join(','));
    const csv = await folder.write('wide.csv', [names.join(','), ...rows].join('\n'));
    const table = await read(csv);
    expect(table.columns).toHaveLength(500);
    expect(table.rows[3]?.[499]).toBe('1497');
    expect(table.rows.length).toBeGreaterThan(800);
    expect(JSON.stringify(table).length).toBeLessThan(4_500_000);
  });

  it('go over files in their order', async () => {
    for (const day of [1, 2, 3]) await folder.write(`day=${day}/a.csv`, `id\n${day}0\n${day}1\n`);
    const { rows, isWhole } = await read(folder.path, { rows: 3 });
    expect(rows).toEqual([
      ['10', '1'],
      ['11', '1'],
      ['20', '2'],
    ]);
    expect(isWhole).toBe(false);
  });

  it('of an empty table are none', async () => {
    const table = await read(await folder.write('none.csv', 'id,text\n'));
    expect(table).toMatchObject({ rows: [], isWhole: true, totalRows: 0 });
    expect(table.columns).toHaveLength(2);
  });

  it('are not read once that is cancelled', async () => {
    await expect(read(SAMPLE, {}, AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
  });
});
