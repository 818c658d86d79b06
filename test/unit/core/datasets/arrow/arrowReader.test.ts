import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { arrowReader } from '../../../../../src/core/datasets/arrow/arrowReader.ts';
import { isTrancheError } from '../../../../../src/core/errors.ts';
import type { ReadEnv } from '../../../../../src/core/datasets/formatReader.ts';
import type { ColumnPath } from '../../../../../src/core/model/columnType.ts';
import type { Dataset, DatasetFile } from '../../../../../src/core/model/dataset.ts';
import { openKernel, type Kernel } from '../../../../../src/kernel/kernel.ts';
import type { TextColumn } from '../../../../../src/kernel/textColumn.ts';
import { openCodecs } from '../../../../../src/platform/codecs.ts';
import { localFiles } from '../../../../../src/platform/localFiles.ts';
import { python } from '../../../../support/python.ts';
import { readText } from '../../../../support/textColumns.ts';

const signal = new AbortController().signal;
let folder = '';
let env: ReadEnv;

/** Writes one table in every container, and the texts we expect by an independent rule. */
const WRITE = `
import sys, json, datetime, decimal, base64, uuid
import pyarrow as pa, pyarrow.ipc as ipc, pyarrow.feather as feather
out = sys.argv[1]
D = decimal.Decimal
n = 1000
def pick(values): return [values[i % len(values)] for i in range(n)]
cols, want = {}, {}
def add(name, array, texts):
    cols[name] = array; want[name] = texts
ints = pick([0, -1, 7, None, 127, -128])
for bits in (8, 16, 32, 64):
    add(f'i{bits}', pa.array(ints, getattr(pa, f'int{bits}')()), [None if v is None else str(v) for v in ints])
big = pick([2**64-1, 0, None, 2**63])
add('u64', pa.array(big, pa.uint64()), [None if v is None else str(v) for v in big])
bools = pick([True, False, None])
add('b', pa.array(bools), [None if v is None else str(v).lower() for v in bools])
words = pick(['', 'a', None, 'caf\\u00e9', '\\u65e5\\u672c\\u8a9e and more than twelve bytes', 'x' * 40, '"q"\\n'])
for name, kind in (('utf8', pa.string()), ('large', pa.large_string()), ('view', pa.string_view())):
    add(name, pa.array(words, kind), words)
bins = pick([b'', b'a', None, b'\\xff\\xfe', b'\\x00' * 20])
b64 = [None if v is None else base64.b64encode(v).decode() for v in bins]
for name, kind in (('bin', pa.binary()), ('lbin', pa.large_binary()), ('vbin', pa.binary_view())):
    add(name, pa.array(bins, kind), b64)
fixed = pick([b'abc', None, b'\\x00\\x01\\x02'])
add('fbin', pa.array(fixed, pa.binary(3)), [None if v is None else base64.b64encode(v).decode() for v in fixed])
ids = pick([uuid.UUID(int=5), None, uuid.UUID(int=2**128-1)])
add('uuid', pa.array([None if v is None else v.bytes for v in ids], pa.uuid()), [None if v is None else str(v) for v in ids])
decs = pick([D('1.10'), D('-0.05'), None, D('0.00'), D('99999999.99')])
dec = [None if v is None else format(v, 'f') for v in decs]
for name, kind in (('d128', pa.decimal128(10, 2)), ('d256', pa.decimal256(60, 2)), ('d64', pa.decimal64(18, 2))):
    add(name, pa.array(decs, kind), dec)
dates = pick([datetime.date(2024, 9, 9), None, datetime.date(1, 1, 1), datetime.date(9999, 12, 31)])
add('date32', pa.array(dates, pa.date32()), [None if v is None else v.isoformat() for v in dates])
add('date64', pa.array(dates, pa.date64()), [None if v is None else v.isoformat() for v in dates])
times = pick([datetime.time(12, 34, 56), None, datetime.time(0, 0, 0)])
for unit, kind, zeros in (('s', pa.time32('s'), ''), ('ms', pa.time32('ms'), '.000'), ('us', pa.time64('us'), '.000000'), ('ns', pa.time64('ns'), '.000000000')):
    add(f'time_{unit}', pa.array(times, kind), [None if v is None else v.isoformat() + zeros for v in times])
stamps = pick([0, -1, None, 253402300799])
for unit, scale, zeros in (('s', 1, ''), ('ms', 10**3, '.000'), ('us', 10**6, '.000000')):
    text = [None if v is None else (datetime.datetime(1970,1,1) + datetime.timedelta(seconds=v)).isoformat() + zeros for v in stamps]
    raw = pa.array([None if v is None else v * scale for v in stamps], pa.int64())
    add(f'ts_{unit}', raw.cast(pa.timestamp(unit)), text)
    add(f'tz_{unit}', raw.cast(pa.timestamp(unit, 'Europe/Berlin')), [None if v is None else v + 'Z' for v in text])
durs = pick([0, 3723500, None, -1])
add('dur', pa.array(durs, pa.int64()).cast(pa.duration('ms')), [{0: 'PT0.000S', 3723500: 'PT1H2M3.500S', None: None, -1: '-PT0.001S'}[v] for v in durs])
mdn = pick([pa.MonthDayNano([1, 2, 3500000000]), None])
add('mdn', pa.array(mdn, pa.month_day_nano_interval()), [None if v is None else 'P1M2DT3.500000000S' for v in mdn])
floats = pick([0.1, None, 1e21, float('nan'), 1.0])
f = {0.1: '0.1', 1e21: '1e+21', 1.0: '1'}
ftext = [None if v is None else f.get(v, 'NaN') for v in floats]
add('f64', pa.array(floats, pa.float64()), ftext)
add('f32', pa.array(floats, pa.float32()), ftext)
add('null', pa.nulls(n), [None] * n)
for name, index in (('dict8', pa.int8()), ('dictu16', pa.uint16()), ('dict64', pa.int64())):
    add(name, pa.array(words).dictionary_encode().cast(pa.dictionary(index, pa.string())), words)
add('dictint', pa.array(ints, pa.int32()).dictionary_encode(), [None if v is None else str(v) for v in ints])
def j(v): return json.dumps(v, separators=(',', ':'), ensure_ascii=False)
lists = pick([[1, 2], [], None, [None, -3]])
jlists = [None if v is None else j(v) for v in lists]
for name, kind in (('list', pa.list_(pa.int64())), ('llist', pa.large_list(pa.int64())), ('vlist', pa.list_view(pa.int64())), ('lvlist', pa.large_list_view(pa.int64()))):
    add(name, pa.array(lists, kind), jlists)
pairs = pick([[1, 2], None, [3, None]])
add('flist', pa.array(pairs, pa.list_(pa.int32(), 2)), [None if v is None else j(v) for v in pairs])
structs = pick([{'a': 1, 'b': 'x"y', 'd': D('1.10')}, None, {'a': None, 'b': None, 'd': None}])
add('struct', pa.array(structs, pa.struct([('a', pa.int32()), ('b', pa.string()), ('d', pa.decimal128(5, 2))])),
    [None if v is None else '{"a":%s,"b":%s,"d":%s}' % (j(v['a']), j(v['b']), 'null' if v['d'] is None else v['d']) for v in structs])
maps = pick([[('k', 1), ('l', None)], [], None])
add('map', pa.array(maps, pa.map_(pa.string(), pa.int64())), [None if v is None else j(dict(v)) for v in maps])
imaps = pick([[(1, 'x')], [], None])
add('imap', pa.array(imaps, pa.map_(pa.int64(), pa.string())), [None if v is None else j([list(p) for p in v]) for v in imaps])
deep = pick([[{'t': datetime.date(2024, 9, 9), 'f': [float('nan'), 1.5]}], [], None])
add('deep', pa.array(deep, pa.list_(pa.struct([('t', pa.date32()), ('f', pa.list_(pa.float64()))]))),
    [None if v is None else '[' + ','.join('{"t":"2024-09-09","f":["NaN",1.5]}' for _ in v) + ']' for v in deep])
ldict = pick([['p', 'q'], None, ['p']])
add('ldict', pa.array(ldict, pa.list_(pa.dictionary(pa.int8(), pa.string()))), [None if v is None else j(v) for v in ldict])
runs = pa.array([7, None, 9], pa.int64())
ree = pa.RunEndEncodedArray.from_arrays(pa.array([3, 10, n], pa.int32()), runs)
add('ree', ree, ['7' if i < 3 else None if i < 10 else '9' for i in range(n)])
table = pa.table(cols)
small = ['i32', 'utf8', 'dict8', 'struct', 'list']
json.dump(want, open(f'{out}/want.json', 'w'))
def write(name, t, stream=False, rows=None, **options):
    opener = ipc.new_stream if stream else ipc.new_file
    with opener(f'{out}/{name}', t.schema, options=ipc.IpcWriteOptions(**options)) as w: w.write_table(t, max_chunksize=rows)
write('plain.arrow', table, rows=97)
write('one.arrow', table)
write('lz4.arrow', table, rows=300, compression='lz4')
write('zstd.arrow', table, rows=300, compression='zstd')
write('stream.arrows', table, stream=True, rows=97)
write('streamz.arrows', table, stream=True, rows=97, compression='zstd')
feather.write_feather(table.drop_columns(['ree', 'vlist', 'lvlist']), f'{out}/two.feather', compression='lz4')
write('sliced.arrow', table.slice(13, 500), rows=77)
feather.write_feather(pa.table({'a': [1]}), f'{out}/one.feather', version=1)
deltas = [pa.record_batch({'d': pa.array(v).dictionary_encode()}) for v in (['a', 'b'], ['a', 'b', 'c'], ['z', 'y'])]
with ipc.new_stream(f'{out}/delta.arrows', deltas[0].schema, options=ipc.IpcWriteOptions(emit_dictionary_deltas=True)) as w:
    for b in deltas: w.write_batch(b)
with ipc.new_file(f'{out}/delta.arrow', deltas[0].schema, options=ipc.IpcWriteOptions(emit_dictionary_deltas=True)) as w:
    for b in deltas[:2]: w.write_batch(b)
old = dict(use_legacy_format=True, metadata_version=ipc.MetadataVersion.V4)
write('older.arrow', table, rows=300, **old)
write('older.arrows', table, stream=True, rows=300, **old)
inner = pa.RunEndEncodedArray.from_arrays(pa.array([2, 3], pa.int32()), pa.array(['u', 'w']))
write('masked.arrow', pa.table({'s': pa.StructArray.from_arrays([inner, pa.array([1, 2, 3])], ['r', 'i'], mask=pa.array([False, True, False]))}))
write('empty.arrow', table.slice(0, 0))
write('emptyish.arrows', pa.table({'a': pa.array([], pa.string())}), stream=True)
write('big.arrow', pa.table({'t': ['y' * 100] * 200000, 'd': pa.array(['z' * 1000] * 200000).dictionary_encode(), 'v': pa.array(['w' * 50] * 200000, pa.string_view())}))
`;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tranche-arrow-'));
  env = { files: localFiles(), codecs: await openCodecs() };
  await python(WRITE, [folder]);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Texts of a column, each null row of which is empty. */
function textsOf(kernel: Kernel, column: TextColumn, rows: number): (string | null)[] {
  const ends = kernel.ints(column.offsets, rows + 1);
  const texts = readText(kernel, column, rows);
  expect(texts.every((text, row) => text !== null || ends[row] === ends[row + 1])).toBe(true);
  expect(texts.filter((text) => text === null).length).toBe(column.nulls);
  return texts;
}

async function fileAt(name: string): Promise<DatasetFile> {
  const uri = path.join(folder, name);
  const { size, mtimeMs } = await stat(uri);
  return { name, uri, sizeBytes: size, modifiedMs: mtimeMs, compression: 'none', partition: {} };
}

async function open(name: string, partition: Record<string, string | null> = {}): Promise<Dataset> {
  const file = { ...(await fileAt(name)), partition };
  const source = await env.files.open(file.uri, signal);
  try {
    const { columns } = await arrowReader.describe(source, file, env, signal);
    return { uri: file.uri, format: 'arrow', files: [file], columns, partitionColumns: Object.keys(partition) };
  } finally {
    await source.close();
  }
}

async function readAll(dataset: Dataset, columns: readonly ColumnPath[], kernel = openKernel()) {
  const reader = arrowReader.open(dataset, columns, kernel, env);
  const start = kernel.mark();
  const texts = columns.map((): (string | null)[] => []);
  const batchRows: number[] = [];
  const arrow = columns.map(() => 0);
  try {
    for (const fragment of await arrowReader.fragments(dataset, 0, columns, env, signal)) {
      let rows = 0;
      for await (const batch of reader.batches(fragment, signal)) {
        batch.columns.forEach((column, index) => texts[index]?.push(...textsOf(kernel, column, batch.rows)));
        batch.arrowBytes.forEach((bytes, index) => (arrow[index] = (arrow[index] ?? 0) + bytes));
        batchRows.push(batch.rows);
        rows += batch.rows;
      }
      if (fragment.rows !== null) expect(rows).toBe(fragment.rows);
    }
    expect(kernel.mark()).toBe(start);
    return { texts, batchRows, arrow };
  } finally {
    await reader.close();
  }
}

async function want(): Promise<Record<string, (string | null)[]>> {
  return JSON.parse(await readFile(path.join(folder, 'want.json'), 'utf8')) as Record<string, (string | null)[]>;
}

describe('every Arrow type', () => {
  const names = [
    'plain.arrow',
    'one.arrow',
    'lz4.arrow',
    'zstd.arrow',
    'stream.arrows',
    'streamz.arrows',
    'two.feather',
    'older.arrow',
    'older.arrows',
  ];
  it.each(names)('has the text that the rule gives it (%s)', async (name) => {
    const dataset = await open(name);
    const expected = await want();
    const { texts } = await readAll(
      dataset,
      dataset.columns.map((column) => [column.name]),
    );
    for (const [index, column] of dataset.columns.entries()) {
      expect({ [column.name]: texts[index] }).toEqual({ [column.name]: expected[column.name] });
    }
  });

  it('has it in slices too', async () => {
    const dataset = await open('sliced.arrow');
    const expected = await want();
    const { texts } = await readAll(
      dataset,
      dataset.columns.map((column) => [column.name]),
    );
    for (const [index, column] of dataset.columns.entries()) {
      expect({ [column.name]: texts[index] }).toEqual({ [column.name]: expected[column.name]?.slice(13, 513) });
    }
  });
});

describe('reading only what is asked for', () => {
  it('takes a field of a struct, null where the struct is, and nulls where a column or field is missing', async () => {
    const dataset = await open('plain.arrow', { day: '2024-09-09', hour: null });
    const { texts, arrow } = await readAll(dataset, [
      ['struct', 'b'],
      ['day'],
      ['struct', 'nothing'],
      ['elsewhere'],
      ['hour'],
    ]);
    expect(texts[0]?.slice(0, 4)).toEqual(['x"y', null, null, 'x"y']);
    expect(texts[1]).toEqual(Array.from({ length: 1000 }, () => '2024-09-09'));
    for (const column of texts.slice(2)) expect(column).toEqual(Array.from({ length: 1000 }, () => null));
    expect(arrow.slice(1)).toEqual([0, 0, 0, 0]);
  });

  it('takes fields without a validity of their own out of null structs too', async () => {
    const dataset = await open('masked.arrow');
    const { texts } = await readAll(dataset, [['s', 'r'], ['s', 'i'], ['s']]);
    expect(texts).toEqual([
      ['u', null, 'w'],
      ['1', null, '3'],
      ['{"r":"u","i":1}', null, '{"r":"w","i":3}'],
    ]);
  });

  it('gives columns that the file lacks as one column of nulls', async () => {
    const dataset = await open('plain.arrow');
    const kernel = openKernel();
    const lacking = Array.from({ length: 200 }, (_, index) => [`no such column ${index}`]);
    const { texts } = await readAll(dataset, lacking, kernel);
    expect(texts.every((column) => column.length === 1000 && column.every((text) => text === null))).toBe(true);
    expect(kernel.sizeBytes()).toBeLessThan(8 << 20);
  });

  it('does not read the bodies of other columns', async () => {
    const dataset = await open('big.arrow');
    const reads: number[] = [];
    const files = localFiles();
    const counting: ReadEnv = {
      ...env,
      files: {
        ...files,
        open: async (uri, abort) => {
          const source = await files.open(uri, abort);
          return {
            ...source,
            read: (offset, length, s, into) => (reads.push(length), source.read(offset, length, s, into)),
          };
        },
      },
    };
    const kernel = openKernel();
    const reader = arrowReader.open(dataset, [['v']], kernel, counting);
    for (const fragment of await arrowReader.fragments(dataset, 0, [['v']], env, signal)) {
      for await (const batch of reader.batches(fragment, signal)) expect(batch.rows).toBeLessThanOrEqual(65_536);
    }
    await reader.close();
    const total = reads.reduce((sum, length) => sum + length, 0);
    expect(total).toBeGreaterThan(200_000 * 66);
    expect(total).toBeLessThan(200_000 * 66 + 500_000);
  });

  it('cuts large record batches into batches of about 4 MB', async () => {
    const dataset = await open('big.arrow');
    const { texts, batchRows } = await readAll(dataset, [['t'], ['d']]);
    expect(batchRows.every((rows) => rows * 1100 <= 4 << 20)).toBe(true);
    expect(batchRows.every((rows) => rows > 1000 || rows === batchRows.at(-1))).toBe(true);
    expect(texts[0]).toHaveLength(200_000);
    expect(texts[1]?.every((text) => text === 'z'.repeat(1000))).toBe(true);
  });

  it('reads what is beside a column that has no text, which is refused by name', async () => {
    const script = `
import sys, pyarrow as pa, pyarrow.ipc as ipc
ints, words = pa.array([1, None, 3], pa.int64()), pa.array(['a', 'b', None])
sparse = pa.UnionArray.from_sparse(pa.array([0, 1, 0], pa.int8()), [ints, words])
dense = pa.UnionArray.from_dense(pa.array([0, 1, 1], pa.int8()), pa.array([0, 0, 1], pa.int32()), [ints, words])
within = pa.StructArray.from_arrays([dense, words], names=['u', 'w'])
t = pa.table({'before': words, 'sparse': sparse, 'between': ints, 'dense': dense, 'pair': within, 'after': words})
with ipc.new_file(sys.argv[1] + '/beside.arrow', t.schema) as w: w.write_table(t)`;
    await python(script, [folder]);
    const dataset = await open('beside.arrow');
    const words = ['a', 'b', null];
    const { texts } = await readAll(dataset, [['before'], ['between'], ['pair', 'w'], ['after']]);
    expect(texts).toEqual([words, ['1', null, '3'], words, words]);
    for (const path of [['sparse'], ['dense'], ['pair'], ['pair', 'u']]) {
      expect(await sentenceOf(readAll(dataset, [path]))).toBe(
        `beside.arrow can't be read as an Arrow file: column "${path.join('.')}": a union has no text and is not read; leave it out.`,
      );
    }
  });

  it('counts what rows without text take, too', async () => {
    const script = `
import sys, pyarrow as pa, pyarrow.ipc as ipc
t = pa.table({f'c{i}': pa.nulls(100000) if i % 2 else pa.array([''] * 100000) for i in range(40)})
with ipc.new_file(f'{sys.argv[1]}/hollow.arrow', t.schema) as w: w.write_table(t)`;
    await python(script, [folder]);
    const dataset = await open('hollow.arrow');
    const kernel = openKernel();
    const columns = dataset.columns.map(({ name }) => [name]);
    const { batchRows } = await readAll(dataset, columns, kernel);
    expect(Math.max(...batchRows) * 40 * 8).toBeLessThanOrEqual(4 << 20);
    expect(kernel.sizeBytes()).toBeLessThan(16 << 20);
  });
});

describe('dictionaries', () => {
  it('grow by deltas and are replaced in a stream', async () => {
    const stream = await open('delta.arrows');
    expect((await readAll(stream, [['d']])).texts[0]).toEqual(['a', 'b', 'a', 'b', 'c', 'z', 'y']);
    const file = await open('delta.arrow');
    expect((await readAll(file, [['d']])).texts[0]).toEqual(['a', 'b', 'a', 'b', 'c']);
  });
});

describe('metadata', () => {
  it('gives rows, nulls and bytes by column', async () => {
    const file = await fileAt('plain.arrow');
    const source = await env.files.open(file.uri, signal);
    const described = await arrowReader.describe(source, file, env, signal);
    await source.close();
    const expected = await want();
    expect(described.rows).toBe(1000);
    for (const name of ['i32', 'utf8', 'view', 'list', 'map', 'null']) {
      expect(described.columnFacts.get(name)?.nulls).toBe(expected[name]?.filter((text) => text === null).length);
    }
    expect(described.columnFacts.get('i64')?.diskBytes).toBe(1000 * 8 + 10 * Math.ceil(97 / 8) + Math.ceil(30 / 8));
    expect(described.identity.to).toBe(file.sizeBytes);
    const empty = await open('empty.arrow');
    expect((await readAll(empty, [['utf8'], ['list']])).texts).toEqual([[], []]);
    const nothing = await open('emptyish.arrows');
    expect((await readAll(nothing, [['a']])).texts).toEqual([[]]);
  });

  it('counts Arrow bytes as pyarrow does', async () => {
    // pyarrow leaves out the last offset of each of the four record batches: by column, its bytes there.
    const last: Record<string, number> = { utf8: 4, large: 8, list: 4, llist: 8, map: 8, deep: 8 };
    const names = ['i8', 'i64', 'b', 'utf8', 'large', 'fbin', 'd128', 'list', 'llist', 'flist', 'map'];
    const script = `
import sys, json, pyarrow.ipc as ipc
t = ipc.open_file(sys.argv[1]).read_all()
print(json.dumps([t[n].nbytes for n in sys.argv[2].split(',')]))`;
    const dataset = await open('lz4.arrow');
    const totals = JSON.parse(await python(script, [path.join(folder, 'lz4.arrow'), names.join(',')])) as number[];
    const { arrow } = await readAll(
      dataset,
      names.map((name) => [name]),
    );
    expect(arrow).toEqual(totals.map((total, index) => total + 4 * (last[names[index] ?? ''] ?? 0)));
  });
});

async function sentenceOf(work: Promise<unknown>): Promise<string | null> {
  try {
    await work;
    return null;
  } catch (error) {
    if (!isTrancheError(error, 'badData', 'notSupported')) throw error;
    return error.message;
  }
}

describe('broken and foreign files', () => {
  it('are refused in one sentence', async () => {
    expect(await sentenceOf(open('one.feather'))).toMatch(
      /^one\.feather .*Feather version 1; write it again as version 2\.$/,
    );
    await writeFile(path.join(folder, 'text.arrow'), 'id,text\n1,hello there, this is no Arrow\n');
    expect(await sentenceOf(open('text.arrow'))).toMatch(/^text\.arrow .*not those of an Arrow file or stream\.$/);
    await writeFile(path.join(folder, 'zeros.arrow'), new Uint8Array(100));
    expect(await sentenceOf(open('zeros.arrow'))).toMatch(/^zeros\.arrow .*does not begin with a schema\.$/);
  });

  it('make no bitmap for rows that they only claim', async () => {
    const script = `
import sys, struct, pyarrow as pa, pyarrow.ipc as ipc
n = 12345
kind = pa.struct([('a', pa.bool_()), ('i', pa.int64())])
t = pa.table({'s': pa.array([None if i % 2 else {'a': True, 'i': i} for i in range(n)], kind)})
with ipc.new_file(sys.argv[1] + '/claim.arrow', t.schema) as w: w.write_table(t)
whole = open(sys.argv[1] + '/claim.arrow', 'rb').read()
open(sys.argv[1] + '/claim.arrow', 'wb').write(whole.replace(struct.pack('<q', n), struct.pack('<q', 2**31 - 1)))`;
    await python(script, [folder]);
    const dataset = await open('claim.arrow');
    for (const path of [
      ['s', 'a'],
      ['s', 'i'],
    ]) {
      const start = performance.now();
      expect(await sentenceOf(readAll(dataset, [path]))).toMatch(
        /^claim\.arrow .*a buffer is shorter than its rows\.$/,
      );
      expect(performance.now() - start).toBeLessThan(1000);
    }
  });

  it('are refused wherever they are cut off', async () => {
    const script = `
import sys, pyarrow as pa, pyarrow.ipc as ipc
t = pa.table({'a': ['x', None, 'yz'], 'd': pa.array(['p', 'q', 'p']).dictionary_encode()})
for name, opener in (('small.arrow', ipc.new_file), ('small.arrows', ipc.new_stream)):
    with opener(f'{sys.argv[1]}/{name}', t.schema) as w: w.write_table(t)`;
    await python(script, [folder]);
    for (const name of ['small.arrow', 'small.arrows']) {
      const whole = await readFile(path.join(folder, name));
      const cuts = Array.from({ length: whole.length - 1 }, (_, length) => length + 1).filter(
        (n) => n < 40 || n % 41 === 0,
      );
      for (const length of cuts) {
        await writeFile(path.join(folder, `cut-${name}`), whole.subarray(0, length));
        const sentence = await sentenceOf(open(`cut-${name}`).then((dataset) => readAll(dataset, [['a'], ['d']])));
        // A stream may end between messages, or inside its end mark.
        if (name === 'small.arrow') expect(sentence).toMatch(/^cut-small/);
        else if (sentence !== null) expect(sentence).toMatch(/^cut-small/);
      }
    }
  });

  it('never hang or crash, whatever byte is wrong', async () => {
    const script = `
import sys, pyarrow as pa, pyarrow.ipc as ipc
t = pa.table({'a': ['x', None, 'a longer text than a view holds'], 'd': pa.array(['p', 'q', 'p']).dictionary_encode(), 'l': [[1], None, [2, 3]],
  's': [{'k': 1}, None, {'k': 2}], 'v': pa.array(['x', None, 'a longer text than a view holds'], pa.string_view()), 'lv': pa.array([[1], None, [2, 3]], pa.list_view(pa.int8())),
  'm': pa.array([[('k', 1)], None, []], pa.map_(pa.string(), pa.int8())), 'b': pa.array([b'x', None, b'yy'], pa.large_binary()),
  'r': pa.RunEndEncodedArray.from_arrays(pa.array([1, 3], pa.int32()), pa.array(['u', 'w']))})
for name, opener, packed in (('hostile.arrow', ipc.new_file, None), ('hostile.arrows', ipc.new_stream, None), ('hostilez.arrows', ipc.new_stream, 'lz4')):
    with opener(f'{sys.argv[1]}/{name}', t.schema, options=ipc.IpcWriteOptions(compression=packed)) as w: w.write_table(t)`;
    await python(script, [folder]);
    const kernel = openKernel();
    let refused = 0;
    for (const name of ['hostile.arrow', 'hostile.arrows', 'hostilez.arrows']) {
      const whole = await readFile(path.join(folder, name));
      let seed = 1;
      const random = (below: number): number => {
        seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
        return Math.floor((seed / 2 ** 32) * below);
      };
      for (let round = 0; round < 80; round++) {
        const broken = Uint8Array.from(whole);
        const view = new DataView(broken.buffer);
        for (let change = 0; change <= random(3); change++) {
          const at = random(broken.length - 8);
          if (random(2) === 0) broken[at] = random(256);
          else view.setInt32(at, [0x7fffffff, -1, -0x80000000, 0x10000, random(1000)][random(5)] ?? 0, true);
        }
        await writeFile(path.join(folder, `broken-${name}`), broken);
        const sentence = await sentenceOf(
          open(`broken-${name}`).then((dataset) =>
            readAll(
              dataset,
              dataset.columns.map((column) => [column.name]),
              kernel,
            ),
          ),
        );
        if (sentence !== null) {
          refused++;
          expect(sentence).toMatch(/^broken-hostile/);
        }
      }
    }
    expect(refused).toBeGreaterThan(40);
  });

  it('name the row whose text is not UTF-8', async () => {
    const script = `
import sys, pyarrow as pa, pyarrow.ipc as ipc
bad = pa.array([b'ok', b'\\xff', b'ok'], pa.binary()).view(pa.string())
split = pa.StringArray.from_buffers(2, pa.py_buffer(b'\\0\\0\\0\\0\\1\\0\\0\\0\\2\\0\\0\\0'), pa.py_buffer('é'.encode()))
for name, array in (('bad.arrow', bad), ('split.arrow', split)):
    t = pa.table({'t': array})
    with ipc.new_file(f'{sys.argv[1]}/{name}', t.schema) as w: w.write_table(t)`;
    await python(script, [folder]);
    const read = (name: string) => sentenceOf(open(name).then((dataset) => readAll(dataset, [['t']])));
    expect(await read('bad.arrow')).toMatch(/column "t" in row 2 of record batch 1: a value is not UTF-8\.$/);
    expect(await read('split.arrow')).toMatch(/column "t" in row 1 of record batch 1: a value is not UTF-8\.$/);
  });

  it('stop at once when the signal aborts', async () => {
    const dataset = await open('big.arrow');
    const controller = new AbortController();
    const reader = arrowReader.open(dataset, [['t']], openKernel(), env);
    const [fragment] = await arrowReader.fragments(dataset, 0, [['t']], env, signal);
    if (!fragment) throw new Error('no fragment');
    const batches = reader.batches(fragment, controller.signal);
    await batches.next();
    controller.abort();
    await expect(batches.next()).rejects.toMatchObject({ code: 'cancelled' });
    await reader.close();
  });
});
