import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { isTrancheError } from '../../../../../src/core/errors.ts';
import { python } from '../../../../support/python.ts';
import { parquetInMemory, readColumns } from './readParquet.ts';

const folder = mkdtempSync(join(tmpdir(), 'parquet-hostile-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const WRITE = `
import sys, pyarrow as pa, pyarrow.parquet as pq
folder, n = sys.argv[1], 400
t = pa.table({
    'text': [None if i % 5 == 1 else f'post {i} äöü ' + 'x' * (i % 40) for i in range(n)],
    'few': [['en', 'de', None][i % 3] for i in range(n)],
    'number': pa.array([i * 10**9 for i in range(n)], pa.int64()),
    'flag': [i % 3 == 0 for i in range(n)],
    'real': [i / 8 for i in range(n)],
    'at': pa.array([i * 10**6 for i in range(n)], pa.timestamp('us')),
    'tags': [[f't{k}' for k in range(i % 3)] for i in range(n)],
})
delta = {'text': 'DELTA_BYTE_ARRAY', 'few': 'DELTA_LENGTH_BYTE_ARRAY', 'number': 'DELTA_BINARY_PACKED', 'flag': 'RLE', 'real': 'BYTE_STREAM_SPLIT', 'at': 'DELTA_BINARY_PACKED'}
files = {
    'default': dict(compression='snappy', data_page_size=700, row_group_size=250, write_page_index=True),
    'checked': dict(compression='zstd', data_page_size=700, row_group_size=250, write_page_checksum=True),
    'bare': dict(compression='none', use_dictionary=False, data_page_size=900),
    'delta': dict(compression='none', use_dictionary=False, column_encoding=delta, data_page_size=900),
    'v2': dict(compression='lz4', data_page_version='2.0', data_page_size=700),
    'gzip': dict(compression='gzip', row_group_size=300),
    'plain-zstd': dict(compression='zstd', use_dictionary=False, write_page_checksum=True),
    'plain-snappy': dict(compression='snappy', use_dictionary=False, data_page_size=5000),
    'plain-gzip': dict(compression='gzip', use_dictionary=False, data_page_version='2.0'),
    'plain-brotli': dict(compression='brotli', use_dictionary=False),
}
for name, options in files.items():
    pq.write_table(t, f'{folder}/{name}.parquet', **options)
`;
await python(WRITE, [folder]);
const NAMES = [
  'default',
  'checked',
  'bare',
  'delta',
  'v2',
  'gzip',
  'plain-zstd',
  'plain-snappy',
  'plain-gzip',
  'plain-brotli',
] as const;
const flat = [['text'], ['few'], ['number'], ['flag'], ['real'], ['at']];

/** mulberry32: the same bytes are broken on every run. */
function randomOf(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const ROUNDS = Number(process.env['TRANCHE_FUZZ_ROUNDS'] ?? 80);

type Outcome = { readonly columns: (string | null)[][] } | { readonly sentence: string };

async function outcomeOf(bytes: Uint8Array, columns: string[][]): Promise<Outcome> {
  try {
    const read = await readColumns(await parquetInMemory(bytes), columns);
    expect(read.kernelBytes).toBeLessThan(64 << 20);
    return { columns: read.columns };
  } catch (error) {
    if (!isTrancheError(error)) throw error;
    expect(['badData', 'notSupported']).toContain(error.code);
    expect(error.message).toContain('rows.parquet');
    return { sentence: error.message };
  }
}

function footerAt(bytes: Buffer): number {
  return bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8);
}

describe('a Parquet file that was damaged', () => {
  test.each(NAMES)('gives rows or one sentence, whatever byte is broken (%s)', async (name) => {
    const bytes = readFileSync(join(folder, `${name}.parquet`));
    const random = randomOf(name.length);
    let refused = 0;
    for (let i = 0; i < ROUNDS; i++) {
      const damaged = Buffer.from(bytes);
      for (let k = 0; k <= i % 3; k++) damaged[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
      if ('sentence' in (await outcomeOf(damaged, flat))) refused++;
    }
    expect(refused).toBeGreaterThan(ROUNDS / 10);
  });

  test.each(NAMES)('gives one sentence wherever it was cut short (%s)', async (name) => {
    const bytes = readFileSync(join(folder, `${name}.parquet`));
    for (let length = 0; length < bytes.length; length += Math.ceil(bytes.length / 60))
      expect(await outcomeOf(bytes.subarray(0, length), flat), String(length)).toHaveProperty('sentence');
  });

  test.each(NAMES)('gives one sentence where a piece in the middle is missing (%s)', async (name) => {
    const bytes = readFileSync(join(folder, `${name}.parquet`));
    const end = footerAt(bytes);
    for (let at = 4; at < end - 40; at += Math.ceil(end / 30)) {
      const shorter = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 37)]);
      expect(await outcomeOf(shorter, flat)).toBeDefined();
    }
  });

  test('never shows other rows where pages have checksums', async () => {
    const bytes = readFileSync(join(folder, 'checked.parquet'));
    const whole = await outcomeOf(bytes, flat);
    const end = footerAt(bytes);
    const random = randomOf(99);
    let refused = 0;
    for (let i = 0; i < ROUNDS; i++) {
      const damaged = Buffer.from(bytes);
      const at = 4 + Math.floor(random() * (end - 4));
      damaged[at] = (damaged[at] ?? 0) ^ (1 << Math.floor(random() * 8));
      const outcome = await outcomeOf(damaged, flat);
      if ('sentence' in outcome) refused++;
      else expect(outcome).toEqual(whole);
    }
    expect(refused).toBeGreaterThan(ROUNDS / 2);
  });

  test('is refused where nested columns are broken, and sound files are read on', async () => {
    const bytes = readFileSync(join(folder, 'gzip.parquet'));
    const random = randomOf(5);
    for (let i = 0; i < ROUNDS / 2; i++) {
      const damaged = Buffer.from(bytes);
      damaged[4 + Math.floor(random() * (footerAt(bytes) - 4))] = Math.floor(random() * 256);
      await outcomeOf(damaged, [['tags']]);
    }
    expect(await outcomeOf(bytes, [['tags']])).toHaveProperty('columns');
  });
});

describe('a file that is no plain Parquet file', () => {
  test.each([
    ['nothing', Buffer.alloc(0), 'not a Parquet file'],
    ['a few bytes', Buffer.from('PAR1'), 'not a Parquet file'],
    ['text', Buffer.from('id,text\n1,hello\n2,world\n'), 'not a Parquet file'],
    ['an encrypted footer', Buffer.concat([Buffer.alloc(40), Buffer.from('PARE')]), 'encrypted'],
    [
      'a lying footer length',
      Buffer.concat([Buffer.alloc(40), Buffer.from([255, 255, 255, 127]), Buffer.from('PAR1')]),
      'claims',
    ],
    [
      'a footer of noise',
      Buffer.concat([Buffer.alloc(40, 0xff), Buffer.from([40, 0, 0, 0]), Buffer.from('PAR1')]),
      'broken',
    ],
  ])('%s is told in one sentence', async (_, bytes, words) => {
    const outcome = await outcomeOf(bytes, flat);
    expect('sentence' in outcome ? outcome.sentence : '').toContain(words);
  });
});
