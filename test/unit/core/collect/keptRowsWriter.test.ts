import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openKeptRowsWriter } from '../../../../src/core/collect/keptRowsWriter.ts';
import type { Column } from '../../../../src/core/model/columnType.ts';
import { python } from '../../../support/python.ts';
import { bytesSink, keptColumn } from './collectFixtures.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tranche-kept-'));
});
afterAll(() => rm(folder, { recursive: true }));

const text = (name: string): Column => ({ name, type: { kind: 'utf8' }, nullable: true });

async function writeKept(name: string): Promise<{ path: string; rows: unknown[][] }> {
  const sink = bytesSink();
  const writer = openKeptRowsWriter(sink, { key: [text('id')], carried: [text('chunk'), text('größe')] });
  const rows: unknown[][] = [];
  for (const [block, count] of [3, 1, 20].entries()) {
    const ids = Array.from({ length: count }, (_, i) => `r${block}-${i}`);
    const carried = ids.map((id, i) => (i % 3 === 1 ? null : `${id} é😀\n`));
    const empty = ids.map(() => null);
    const skipped = block === 1 ? [] : [{ row: 2, reason: 'null' as const, detail: 'The column "text" is null.' }];
    await writer.add(
      count,
      [ids, ids, carried, block === 1 ? ids : empty].map(keptColumn),
      block === 2
        ? [
            { chunk: 1, rows: 2 },
            { chunk: 0, rows: 1 },
            { chunk: 2, rows: 17 },
          ]
        : [{ chunk: 1, rows: count }],
      skipped,
    );
    const chunkOf = (i: number) => (block !== 2 || i < 2 ? 1 : i === 2 ? 0 : 2);
    for (const [i, id] of ids.entries()) {
      const why = skipped.find(({ row }) => row === i);
      rows.push([id, id, carried[i], block === 1 ? id : null, chunkOf(i), why?.reason ?? null, why?.detail ?? null]);
    }
  }
  expect((await writer.finish()).sizeBytes).toBe(sink.bytes().length);
  const path = join(folder, name);
  await writeFile(path, sink.bytes());
  return { path, rows };
}

describe('openKeptRowsWriter', () => {
  it('writes what DuckDB reads back exactly, under the columns own names', async () => {
    const { path, rows } = await writeKept('duckdb.parquet');
    const connection = await (await DuckDBInstance.create()).connect();
    const result = await connection.runAndReadAll(`select * from read_parquet('${path}')`);
    expect(result.columnNames()).toEqual(['custom_id', 'id', 'chunk_input', 'größe', 'chunk', 'reason', 'detail']);
    expect(result.getRows()).toEqual(rows);
    connection.closeSync();
  });

  it('writes what pyarrow reads back exactly', async () => {
    const { path, rows } = await writeKept('pyarrow.parquet');
    const script = `
import sys, json, pyarrow.parquet as pq
t = pq.read_table(sys.argv[1])
print(json.dumps([[str(f.type) for f in t.schema], [list(r.values()) for r in t.to_pylist()]]))`;
    const [types, read] = JSON.parse(await python(script, [path])) as [string[], unknown[][]];
    expect(types).toEqual(['string', 'string', 'string', 'string', 'int32', 'string', 'string']);
    expect(read).toEqual(rows);
  });

  it('writes an empty table', async () => {
    const sink = bytesSink();
    await openKeptRowsWriter(sink, { key: [text('id')], carried: [] }).finish();
    const path = join(folder, 'empty.parquet');
    await writeFile(path, sink.bytes());
    const connection = await (await DuckDBInstance.create()).connect();
    expect((await connection.runAndReadAll(`select id from read_parquet('${path}')`)).getRows()).toEqual([]);
    connection.closeSync();
  });

  it('closes row groups by rows and by bytes', async () => {
    const groups = async (blocks: number, size: number) => {
      const sink = bytesSink();
      const writer = openKeptRowsWriter(sink, { key: [text('id')], carried: [] });
      const ids = Array.from({ length: 65_536 }, (_, i) => String(i));
      const key = keptColumn(ids.map((id) => id.padEnd(size, '.')));
      for (let i = 0; i < blocks; i++)
        await writer.add(65_536, [keptColumn(ids), key], [{ chunk: 1, rows: 65_536 }], []);
      const path = join(folder, `groups-${size}.parquet`);
      await writer.finish();
      await writeFile(path, sink.bytes());
      const connection = await (await DuckDBInstance.create()).connect();
      const sql = `select distinct row_group_num_rows from parquet_metadata('${path}') order by 1`;
      const rows = (await connection.runAndReadAll(sql)).getRows().flat().map(Number);
      connection.closeSync();
      return rows;
    };
    expect(await groups(3, 1)).toEqual([65_536, 131_072]);
    expect(await groups(2, 400)).toEqual([65_536]);
  });

  it('refuses chunks that do not cover the block', async () => {
    const writer = openKeptRowsWriter(bytesSink(), { key: [text('id')], carried: [] });
    const column = keptColumn(['a', 'b']);
    for (const runs of [
      [{ chunk: 1, rows: 1 }],
      [{ chunk: 1, rows: 3 }],
      [
        { chunk: 1, rows: 2 },
        { chunk: 2, rows: 1 },
      ],
    ]) {
      await expect(writer.add(2, [column, column], runs, [])).rejects.toThrow(/cover other rows/);
    }
  });
});
