import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLI } from '../support/cli.ts';
import { python } from '../support/python.ts';
import { openWorkFolder, type WorkFolder } from '../support/workFolder.ts';

const ROWS = 1_200_000;
const usage = new URL('../../scripts/bench/usage.mjs', import.meta.url).href;

let folder: WorkFolder;
beforeAll(async () => {
  folder = await openWorkFolder();
});
afterAll(() => folder.remove());

/** Peak memory of a whole rendering, in MB. */
async function peakMb(name: string): Promise<number> {
  const job = await folder.job(name, name, { limits: { maxRequests: 50_000 } });
  const report = path.join(folder.path, `${name}.usage`);
  const env = { ...process.env, BENCH_USAGE: report, TRANCHE_HOME: folder.path, TRANCHE_WORKERS: '2' };
  const out = path.join(folder.path, `out-${name}`);
  await promisify(execFile)(process.execPath, ['--import', usage, CLI, 'render', job, '--out', out, '--json'], { env });
  const manifest = JSON.parse(await readFile(path.join(out, 'manifest.json'), 'utf8')) as { totals: { rows: number } };
  expect(manifest.totals.rows).toBe(ROWS);
  return (JSON.parse(await readFile(report, 'utf8')) as { rssMb: number }).rssMb;
}

describe('memory', () => {
  it('stays under 512 MB with one row group for all rows, in pages of a megabyte', async () => {
    await python(
      `import sys, pyarrow as pa, pyarrow.compute as pc, pyarrow.parquet as pq
n = ${ROWS}
ids = pc.cast(pa.array(range(n)), pa.string())
text = pc.binary_join_element_wise('post number ', ids, ' ' + 'about ferries and libraries ' * 6, '')
pq.write_table(pa.table({'id': ids, 'text': text}), sys.argv[1], row_group_size=n, compression='zstd', use_dictionary=False)`,
      [path.join(folder.path, 'pyarrow.parquet')],
    );
    expect(await peakMb('pyarrow.parquet')).toBeLessThan(512);
  });

  it('stays under 512 MB with one page for a million rows', async () => {
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    const text = `'post number ' || i || ' ' || repeat(md5(i::VARCHAR) || ' ', 6)`;
    await connection.run(
      `COPY (SELECT i::VARCHAR AS id, ${text} AS text FROM range(${ROWS}) t(i)) TO '${path.join(folder.path, 'duckdb.parquet')}' (FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE 1000000)`,
    );
    connection.closeSync();
    instance.closeSync();
    expect(await peakMb('duckdb.parquet')).toBeLessThan(512);
  });
});
