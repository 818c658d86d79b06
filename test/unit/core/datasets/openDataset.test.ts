import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ReadEnv } from '../../../../src/core/datasets/formatReader.ts';
import { formatReaders } from '../../../../src/core/datasets/formatReaders.ts';
import { openDataset, type OpenedDataset } from '../../../../src/core/datasets/openDataset.ts';
import { snapshotOf } from '../../../../src/core/datasets/snapshot.ts';
import { isTrancheError } from '../../../../src/core/errors.ts';
import type { DatasetFormat } from '../../../../src/core/model/dataset.ts';
import { openCodecs } from '../../../../src/platform/codecs.ts';
import { localFiles } from '../../../../src/platform/localFiles.ts';
import { newHasher } from '../../../../src/platform/newHasher.ts';
import { openKernel } from '../../../../src/kernel/kernel.ts';
import { python } from '../../../support/python.ts';
import { xxh64 } from '../../../support/xxh64.ts';

const signal = new AbortController().signal;
let env: ReadEnv;
let shared = '';
let folder = '';

beforeAll(async () => {
  env = { files: localFiles(), codecs: await openCodecs() };
  shared = await mkdtemp(path.join(tmpdir(), 'tranche-shared-'));
  const script = `
import sys, pyarrow as pa, pyarrow.parquet as pq, pyarrow.ipc as ipc
out = sys.argv[1]
t = pa.table({'id': pa.array([1, 2], pa.int32()), 'text': ['a', 'b']})
pq.write_table(t, f'{out}/a.parquet')
pq.write_table(pa.table({'id': pa.array([3], pa.int64()), 'more': [1.5], 'day': ['in the file']}), f'{out}/wide.parquet')
pq.write_table(pa.table({'id': ['x']}), f'{out}/text.parquet')
with ipc.new_file(f'{out}/a.arrow', t.schema) as w: w.write_table(t)
with ipc.new_stream(f'{out}/a.arrows', t.schema) as w: w.write_table(t)`;
  await python(script, [shared]);
});
afterAll(() => rm(shared, { recursive: true, force: true }));

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tranche-open-'));
  return () => rm(folder, { recursive: true, force: true });
});

async function put(name: string, content: string | Uint8Array): Promise<void> {
  await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
  await writeFile(path.join(folder, name), content);
}

async function made(name: string, from: string): Promise<void> {
  const { readFile } = await import('node:fs/promises');
  await put(name, await readFile(path.join(shared, from)));
}

function open(name = '', format: DatasetFormat | null = null): Promise<OpenedDataset> {
  return openDataset(path.join(folder, name), { format }, env, signal);
}

async function refusal(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (isTrancheError(error))
      return `${error.code}: ${error.message.replaceAll(`${folder}/`, '').replaceAll(folder, 'FOLDER')}`;
    throw error;
  }
  return 'it was read';
}

describe('the format', () => {
  it('is what the content says, then what the ending says', async () => {
    await put('a.csv', 'id,text\n1,a\n');
    await put('b.jsonl', '{"id":1}\n');
    await put('c.txt', '\n {"id":1}\n');
    await put('d.csv.gz', gzipSync('id,text\n1,a\n'));
    await put('e.bin', gzipSync('{"id":1}\n'));
    await made('f.dat', 'a.parquet');
    await made('g.dat', 'a.arrow');
    await made('h.dat', 'a.arrows');
    const formats = async (name: string) => {
      const { dataset, notices } = await open(name);
      return [dataset.format, dataset.files[0]?.compression, notices.length];
    };
    expect(await formats('a.csv')).toEqual(['csv', 'none', 0]);
    expect(await formats('b.jsonl')).toEqual(['jsonl', 'none', 0]);
    expect(await formats('c.txt')).toEqual(['jsonl', 'none', 0]);
    expect(await formats('d.csv.gz')).toEqual(['csv', 'gzip', 0]);
    expect(await formats('e.bin')).toEqual(['jsonl', 'gzip', 0]);
    expect(await formats('f.dat')).toEqual(['parquet', 'none', 0]);
    expect(await formats('g.dat')).toEqual(['arrow', 'none', 0]);
    expect(await formats('h.dat')).toEqual(['arrow', 'none', 0]);
  });

  it('follows the content with a notice when the ending disagrees', async () => {
    await put('rows.csv', '{"id":1}\n');
    const { dataset, notices } = await open('rows.csv');
    expect(dataset.format).toBe('jsonl');
    expect(notices).toEqual(['rows.csv is a JSON Lines file in spite of its ending and is read as one.']);
  });

  it('may be asked for', async () => {
    await put('rows.txt', 'id,text\n1,a\n');
    expect((await open('rows.txt', 'csv')).dataset.format).toBe('csv');
    await made('a.parquet', 'a.parquet');
    expect(await refusal(open('a.parquet', 'csv'))).toBe('badData: a.parquet is not a CSV file: it is a Parquet file.');
    expect(await refusal(open('rows.txt', 'parquet'))).toBe('badData: rows.txt is not a Parquet file: it is text.');
  });

  it('is that of a text that begins with the letters of another format', async () => {
    for (const name of ['PARENT', 'PAR1', 'ORCID', 'BZhang', 'ObjId', 'FEA1', 'ARROW1', '%PDF']) {
      await put('letters.csv', `${name},text\n1,a\n`);
      for (const format of ['csv', null] as const) {
        const { dataset } = await open('letters.csv', format);
        expect([dataset.format, dataset.columns[0]?.name]).toEqual(['csv', name]);
      }
    }
    await put('rows.parquet', 'PAR1 and no more');
    expect(await refusal(open('rows.parquet'))).toMatch(/rows\.parquet is not a Parquet file or was cut short/);
    await put('rows.orc', 'ORC\x08\x01');
    expect(await refusal(open('rows.orc'))).toMatch(/^badData: rows\.orc is an ORC file;/);
    await put('rows.csv', 'BZh91AY&SY\x01\xff\0');
    expect(await refusal(open('rows.csv'))).toMatch(/^badData: rows\.csv is not a CSV file: it is packed with bzip2/);
  });

  it('is not that of one JSON array, which a sentence says how to split', async () => {
    for (const [name, text] of [
      ['rows.json', '[{"id":1},{"id":2}]\n'],
      ['rows.jsonl', '[\n  {"id":1}\n]\n'],
      ['rows.txt', '\n[{"id":1}]'],
    ] as const) {
      await put(name, text);
      expect(await refusal(open(name))).toBe(
        `badData: ${name} is one JSON array; write one object a line, for example with jq -c '.[]'.`,
      );
    }
    await put('rows.csv', '[{a\n1\n');
    expect((await open('rows.csv')).dataset.columns[0]?.name).toBe('[{a');
  });

  it('is no text where zero bytes are', async () => {
    await put('rows.csv', 'id,text\n1,a\0b\n');
    expect(await refusal(open('rows.csv'))).toBe('badData: rows.csv is not a CSV file: it holds zero bytes (byte 12).');
  });

  it('is refused in one sentence when nothing is known', async () => {
    await put('rows.txt', 'hello\n');
    await put('sheet.xlsx', 'PK\x03\x04...');
    await put('posts.parquet', 'id,text\n');
    await put('broken.parquet', new Uint8Array(50));
    await put('empty.csv', '');
    expect(await refusal(open('rows.txt'))).toMatch(/^badData: rows\.txt is of no known format; say which/);
    expect(await refusal(open('sheet.xlsx'))).toMatch(/^badData: sheet\.xlsx is a zip or Excel file/);
    expect(await refusal(open('posts.parquet'))).toBe('badData: posts.parquet is not a Parquet file: it is text.');
    expect(await refusal(open('broken.parquet'))).toMatch(
      /^badData: broken\.parquet is not a Parquet file: its first bytes/,
    );
    expect(await refusal(open('empty.csv'))).toBe('badData: empty.csv is empty.');
  });
});

describe('folders and globs', () => {
  it('give their files in byte order of their names, passing over hidden and empty ones', async () => {
    await made('b.parquet', 'a.parquet');
    await made('B.parquet', 'a.parquet');
    await made('ä.parquet', 'a.parquet');
    await made('sub/a.parquet', 'a.parquet');
    await put('_SUCCESS', '');
    await put('.hidden/x.csv', 'a');
    await put('empty.parquet', '');
    const { dataset, descriptions, notices } = await open();
    expect(dataset.files.map(({ name }) => name)).toEqual(['B.parquet', 'b.parquet', 'sub/a.parquet', 'ä.parquet']);
    expect(descriptions).toHaveLength(4);
    expect(notices).toEqual(['1 empty file was passed over.']);
    expect((await open('*.parquet')).dataset.files.map(({ name }) => name)).toEqual([
      'B.parquet',
      'b.parquet',
      'ä.parquet',
    ]);
  });

  it('of two formats are refused naming two files', async () => {
    await made('a.parquet', 'a.parquet');
    await put('b.csv', 'id\n1\n');
    expect(await refusal(open())).toBe(
      'badData: a.parquet is a Parquet file but b.csv is a CSV file; name files of one format by a glob.',
    );
    await put('c.md', 'hello');
    await rm(path.join(folder, 'b.csv'));
    expect(await refusal(open())).toMatch(/^badData: c\.md is of no known format .* by a glob\.$/);
  });

  it('that are tables with deleted rows are refused by name', async () => {
    await made('part.parquet', 'a.parquet');
    await put('_delta_log/00000000000000000000.json', '{}');
    expect(await refusal(open())).toMatch(/^notSupported: FOLDER is a Delta table/);
    expect(await refusal(open('*.parquet'))).toMatch(/is a Delta table/);
    await rm(path.join(folder, '_delta_log'), { recursive: true });
    await put('metadata/v1.metadata.json', '{}');
    expect(await refusal(open())).toMatch(/^notSupported: FOLDER is an Iceberg table/);
  });

  it('without files, missing paths and other places are refused', async () => {
    expect(await refusal(open())).toMatch(/^notFound: The folder FOLDER holds no data files/);
    expect(await refusal(open('*.csv'))).toBe('notFound: No file matches *.csv.');
    expect(await refusal(open('none.csv'))).toBe('notFound: none.csv does not exist.');
    for (const uri of ['s3://b/k', 'gs://b/k', 'abfss://c@a/k', 'https://h/x.csv', path.resolve('s3://b/*.csv')]) {
      expect(await refusal(openDataset(uri, { format: null }, env, signal))).toMatch(
        /^notSupported: .* is not read yet/,
      );
    }
  });

  it('never show the secrets of an address', async () => {
    const sentence = await refusal(
      openDataset('https://me:secret@host/a.csv?sig=secret', { format: null }, env, signal),
    );
    expect(sentence).toMatch(/^notSupported: https:\/\/host\/a\.csv is not a local file/);
  });

  it('stop when the signal aborts', async () => {
    await put('a.csv', 'id\n1\n');
    const aborted = AbortSignal.abort();
    await expect(openDataset(folder, { format: null }, env, aborted)).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('columns', () => {
  it('are merged by name, widest integers, nulls where a file lacks one, partitions last', async () => {
    await made('day=2024-09-09/a.parquet', 'a.parquet');
    await made('day=a%20%2F%3D/b.parquet', 'wide.parquet');
    await made('day=__HIVE_DEFAULT_PARTITION__/c.parquet', 'a.parquet');
    const { dataset, notices } = await open();
    expect(dataset.partitionColumns).toEqual(['day']);
    expect(dataset.files.map(({ partition }) => partition['day'])).toEqual(['2024-09-09', null, 'a /=']);
    expect(dataset.columns.map(({ name, type, nullable }) => [name, type.kind, nullable])).toEqual([
      ['id', 'int', true],
      ['text', 'utf8', true],
      ['more', 'float', true],
      ['day', 'utf8', true],
    ]);
    expect(dataset.columns[0]?.type).toEqual({ kind: 'int', bits: 64, signed: true });
    expect(notices).toEqual([
      `Column "day" is in the files and in their folders' names; the folders' values are used.`,
    ]);
  });

  it('of types that follow different rules are refused naming the two files and the column', async () => {
    await made('a.parquet', 'a.parquet');
    await made('b.parquet', 'text.parquet');
    expect(await refusal(open())).toBe(
      'badData: Column "id" is int32 in a.parquet but utf8 in b.parquet; read them as two datasets or rewrite one.',
    );
  });

  it('of CSV files must be separated by one character', async () => {
    await put('a.csv', 'id,text\n1,a\n');
    await put('b.csv', 'id;text\n1;a\n');
    expect(await refusal(open())).toBe(
      'badData: a.csv (",") and b.csv (";") are separated by different characters; read them as two datasets.',
    );
  });

  it('take partitions from folders before the first wildcard, too', async () => {
    await put('all=no/year=2024/month=01/day=9/a.csv', 'id\n1\n');
    await put('all=no/data/year=2024/b.csv', 'id\n1\n');
    const one = await open('all=no/year=2024/month=01/*/*.csv');
    expect(one.dataset.files.map(({ name }) => name)).toEqual(['all=no/year=2024/month=01/day=9/a.csv']);
    expect(one.dataset.files[0]?.partition).toEqual({ all: 'no', year: '2024', month: '01', day: '9' });
    expect((await open('all=no/data/year=2024/*.csv')).dataset.partitionColumns).toEqual(['year']);
    expect((await open('all=no/data/y*/*.csv')).dataset.files[0]?.name).toBe('year=2024/b.csv');
    await put('table/_delta_log/0.json', '{}');
    await put('table/year=2024/a.csv', 'id\n1\n');
    expect(await refusal(open('table/year=2024/*.csv'))).toMatch(/^notSupported: .*table is a Delta table/);
  });

  it('of stray partition folders are refused', async () => {
    await made('day=1/a.parquet', 'a.parquet');
    await made('b.parquet', 'a.parquet');
    expect(await refusal(open())).toMatch(/^badData: b\.parquet and day=1\/a\.parquet lie in different kinds/);
  });
});

/** XXH64 of each MiB, little-endian. */
function blockHashes(text: string): Uint8Array[] {
  const bytes = Buffer.from(text);
  const hashes: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += 1 << 20) {
    const hash = Buffer.alloc(8);
    hash.writeBigUInt64LE(xxh64(bytes.subarray(at, at + (1 << 20))));
    hashes.push(hash);
  }
  return hashes;
}

describe('the snapshot', () => {
  it('is the documented hash and changes with name, size and content', async () => {
    await put('a.csv', 'id\n1\n');
    await put('b.csv', 'id\n2\n');
    const long = `id\n${'123456\n'.repeat(300_000)}`;
    await put('c.csv', long);
    const snapshot = async () => {
      const { dataset, descriptions } = await open();
      return snapshotOf(dataset, descriptions, env, newHasher, signal);
    };
    const sha = (...parts: (string | Uint8Array)[]): string => {
      const hash = createHash('sha256');
      for (const part of parts) hash.update(part);
      return hash.digest('hex');
    };
    const lines = [
      ['a.csv', 5, sha(...blockHashes('id\n1\n'))],
      ['b.csv', 5, sha(...blockHashes('id\n2\n'))],
      ['c.csv', long.length, sha(...blockHashes(long))],
    ].map((line) => `${JSON.stringify(line)}\n`);
    const first = await snapshot();
    expect(first).toBe(sha(`tranche-snapshot 1\n${lines.join('')}`));
    expect(await snapshot()).toBe(first);
    await put('b.csv', 'id\n3\n');
    expect(await snapshot()).not.toBe(first);
  });
});

describe('a file that changes after the dataset was opened', () => {
  /** Same size, other content, an hour later. */
  const change = async (name: string): Promise<void> => {
    const file = path.join(folder, name);
    await writeFile(file, (await readFile(file)).reverse());
    await utimes(file, new Date(), new Date(Date.now() + 3_600_000));
  };

  it('ends its snapshot', async () => {
    await put('a.csv', 'id\n12\n');
    await put('b.csv', 'id\n34\n');
    const { dataset, descriptions } = await open();
    await change('b.csv');
    expect(await refusal(snapshotOf(dataset, descriptions, env, newHasher, signal))).toMatch(
      /^changed: b\.csv changed while the dataset was read/,
    );
  });

  it('is not read, whatever its format', async () => {
    await made('a.parquet', 'a.parquet');
    await made('a.arrow', 'a.arrow');
    await put('a.csv', 'id,text\n1,2\n');
    await put('a.jsonl', '{"id":1}\n');
    for (const name of ['a.parquet', 'a.arrow', 'a.csv', 'a.jsonl']) {
      const { dataset } = await open(name);
      const format = formatReaders[dataset.format];
      const [fragment] = await format.fragments(dataset, 0, [['id']], env, signal);
      const reader = format.open(dataset, [['id']], openKernel(), env);
      await change(name);
      const read = reader.batches(fragment ?? { file: 0, rows: 0, part: { kind: 'bytes', from: 0, to: null } }, signal);
      expect(await refusal(read.next())).toContain(`changed: ${name} changed while the dataset was read`);
      await reader.close();
    }
  });
});

describe('rows too wide for a batch', () => {
  it('are refused in one sentence that says what to do', async () => {
    await put('a.csv', 'id\n1\n');
    const { dataset } = await open('a.csv');
    const files = dataset.files.map((file) => ({ ...file, partition: { p: 'x'.repeat(40_000) } }));
    const wide = { ...dataset, files, partitionColumns: ['p'] };
    const [fragment] = await formatReaders.csv.fragments(wide, 0, [['p']], env, signal);
    const read = async (): Promise<unknown> => {
      const reader = formatReaders.csv.open(wide, [['p']], openKernel(), env);
      return reader
        .batches(fragment ?? { file: 0, rows: 0, part: { kind: 'bytes', from: 0, to: null } }, signal)
        .next();
    };
    expect(await refusal(read())).toBe(
      'notSupported: a.csv: 1 columns take more memory than one batch may have; read fewer columns (--columns).',
    );
  });
});
