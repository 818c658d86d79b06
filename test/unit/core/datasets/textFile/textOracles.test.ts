import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { csvReader } from '../../../../../src/core/datasets/csv/csvReader.ts';
import { jsonlReader } from '../../../../../src/core/datasets/jsonl/jsonlReader.ts';
import type { FormatReader } from '../../../../../src/core/datasets/formatReader.ts';
import type { Dataset, FileCompression } from '../../../../../src/core/model/dataset.ts';
import { openKernel } from '../../../../../src/kernel/kernel.ts';
import { openCodecs } from '../../../../../src/platform/codecs.ts';
import { localFiles } from '../../../../../src/platform/localFiles.ts';
import { python } from '../../../../support/python.ts';
import { cells } from '../textReading.ts';

const NEVER = new AbortController().signal;
const TABLE = `
  select i as id, (i * 1.1)::decimal(18, 2) as price, i % 3 = 0 as even, timestamp '2024-09-09 01:02:03' + to_seconds(i) as moment,
    case when i % 7 = 0 then null when i % 11 = 0 then '' else repeat('line ' || i || chr(10) || 'é "quoted", ; 漢 😀 \\ ', i % 5) end as text,
    case when i % 13 = 0 then null else chr(9) || i end as tab
  from range(8000) t(i)`;

let folder = '';
let duck: Awaited<ReturnType<typeof connect>>;

async function connect() {
  return (await DuckDBInstance.create()).connect();
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tranche-text-'));
  duck = await connect();
});
afterAll(async () => {
  duck.closeSync();
  await rm(folder, { recursive: true, force: true });
});

async function readFileOf(reader: FormatReader, path: string, names: string[], compression: FileCompression) {
  const { size, mtimeMs } = await stat(path);
  const file = { name: path, uri: path, sizeBytes: size, modifiedMs: mtimeMs, compression, partition: {} };
  const dataset: Dataset = { uri: path, format: 'csv', files: [file], columns: [], partitionColumns: [] };
  const env = { files: localFiles(), codecs: await openCodecs() };
  const kernel = openKernel();
  const paths = names.map((name) => [name]);
  const source = await env.files.open(path, NEVER);
  const described = await reader.describe(source, file, env, NEVER);
  expect(described.columns.map(({ name }) => name)).toEqual(expect.arrayContaining(names));
  await source.close();
  const open = reader.open(dataset, paths, kernel, env);
  const columns = names.map((): (string | null)[] => []);
  for (const fragment of await reader.fragments(dataset, 0, paths, env, NEVER))
    for await (const batch of open.batches(fragment, NEVER))
      for (const [j, column] of batch.columns.entries()) columns[j]?.push(...cells(kernel, column, batch.rows));
  await open.close();
  return columns;
}

async function duckColumns(query: string): Promise<(string | null)[][]> {
  const columns = (await duck.runAndReadAll(query)).getColumns();
  return columns.map((column) => column.map((value) => (value === null ? null : String(value))));
}

const NAMES = ['id', 'price', 'even', 'moment', 'text', 'tab'];

describe('CSV written by others', () => {
  it.each([
    ['plain.csv', "header, delimiter ','", ','],
    ['semicolon.csv', "header, delimiter ';', force_quote (text, id)", ';'],
    ['tabs.tsv', "header, delimiter '\t'", '\t'],
    ['pipe.csv.gz', "header, delimiter '|', compression gzip", '|'],
    ['comma.csv.zst', 'header, compression zstd', ','],
  ])('is read as DuckDB wrote it: %s', async (name, options) => {
    const path = join(folder, name);
    await duck.run(`copy (${TABLE}) to '${path}' (format csv, ${options})`);
    const compression = name.endsWith('gz') ? 'gzip' : name.endsWith('zst') ? 'zstd' : 'none';
    const wanted = await duckColumns(
      `select id::varchar, price::varchar, even::varchar, moment::varchar, text, tab from (${TABLE}) order by id`,
    );
    expect(await readFileOf(csvReader, path, NAMES, compression)).toEqual(wanted);
  });

  it('is read as pyarrow wrote it and pandas reads it', async () => {
    const path = join(folder, 'arrow.csv');
    const output = join(folder, 'arrow.json');
    await python(
      `
import sys, json, pyarrow as pa, pyarrow.csv as pc, pandas as pd
texts = [None if i % 7 == 0 else "" if i % 11 == 0 else f'l {i}\\r\\n"é", \\U0001f600' * (i % 4) for i in range(5000)]
table = pa.table({'id': [f'{i:05d}' for i in range(5000)], 'text': texts, 'x': [i / 8 for i in range(5000)]})
pc.write_csv(table, sys.argv[1])
frame = pd.read_csv(sys.argv[1], dtype=str, keep_default_na=False)
json.dump({name: list(frame[name]) for name in frame.columns}, open(sys.argv[2], 'w'))
json.dump(texts, open(sys.argv[2] + '.texts', 'w'))
`,
      [path, output],
    );
    const wanted = JSON.parse(await readFile(output, 'utf8')) as Record<string, string[]>;
    const texts = JSON.parse(await readFile(`${output}.texts`, 'utf8')) as (string | null)[];
    const [id, text, x] = await readFileOf(csvReader, path, ['id', 'text', 'x'], 'none');
    expect(id).toEqual(wanted['id']);
    expect(text?.map((value) => value ?? '')).toEqual(wanted['text']);
    expect(text).toEqual(texts);
    expect(x).toEqual(wanted['x']);
  });
});

describe('JSON Lines written by others', () => {
  it.each([
    ['plain.jsonl', 'none'],
    ['packed.jsonl.gz', 'gzip'],
    ['packed.jsonl.zst', 'zstd'],
  ] as const)('is read as DuckDB wrote it: %s', async (name, compression) => {
    const path = join(folder, name);
    const packing = compression === 'none' ? 'uncompressed' : compression;
    const nested = `select *, case when id % 5 = 0 then null else {'a': [id, null], 'b': {'c': text}} end as nested from (${TABLE})`;
    await duck.run(`copy (${nested}) to '${path}' (format json, compression ${packing})`);
    const wanted = await duckColumns(
      `select id::varchar, price::varchar, even::varchar, moment::varchar, text, tab from (${TABLE}) order by id`,
    );
    expect(await readFileOf(jsonlReader, path, NAMES, compression)).toEqual(wanted);
  });

  it('is read as pandas wrote it, all but ASCII escaped', async () => {
    const path = join(folder, 'pandas.jsonl');
    await python(
      `
import sys, pandas as pd
texts = [None if i % 7 == 0 else f'l {i}\\n"é" \\U0001f600/漢' * (i % 4) for i in range(5000)]
pd.DataFrame({'id': range(5000), 'text': texts}).to_json(sys.argv[1], orient='records', lines=True)
`,
      [path],
    );
    const text = await readFile(path, 'utf8');
    expect(text).toContain('\\ud83d');
    const rows = text.trimEnd().split('\n').map((line) => JSON.parse(line) as { id: number; text: string | null }); // prettier-ignore
    expect(await readFileOf(jsonlReader, path, ['id', 'text'], 'none')).toEqual([
      rows.map(({ id }) => String(id)),
      rows.map((row) => row.text),
    ]);
  });

  it('says of a packed file that ends too early which file it is', async () => {
    const path = join(folder, 'cut.jsonl.gz');
    const packed = gzipSync('{"a":1}\n'.repeat(100_000));
    await writeFile(path, packed.subarray(0, packed.length - 20));
    await expect(readFileOf(jsonlReader, path, ['a'], 'gzip')).rejects.toThrow(/cut\.jsonl\.gz/);
  });
});
