import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { arrowReader } from '../../../../../src/core/datasets/arrow/arrowReader.ts';
import type { ReadEnv } from '../../../../../src/core/datasets/formatReader.ts';
import { openKernel } from '../../../../../src/kernel/kernel.ts';
import { localFiles } from '../../../../../src/platform/localFiles.ts';
import { python } from '../../../../support/python.ts';
import { openArrowFolder, sentenceOf, type ArrowFolder } from './arrowFolder.ts';

const signal = new AbortController().signal;

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

let world: ArrowFolder;
beforeAll(async () => {
  world = await openArrowFolder();
  await world.make(WRITE);
});
afterAll(() => world.close());

async function want(): Promise<Record<string, (string | null)[]>> {
  return JSON.parse(await readFile(path.join(world.folder, 'want.json'), 'utf8')) as Record<string, (string | null)[]>;
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
    const dataset = await world.open(name);
    const expected = await want();
    const { texts } = await world.readAll(
      dataset,
      dataset.columns.map((column) => [column.name]),
    );
    for (const [index, column] of dataset.columns.entries()) {
      expect({ [column.name]: texts[index] }).toEqual({ [column.name]: expected[column.name] });
    }
  });

  it('has it in slices too', async () => {
    const dataset = await world.open('sliced.arrow');
    const expected = await want();
    const { texts } = await world.readAll(
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
    const dataset = await world.open('plain.arrow', { day: '2024-09-09', hour: null });
    const { texts, arrow } = await world.readAll(dataset, [
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
    const dataset = await world.open('masked.arrow');
    const { texts } = await world.readAll(dataset, [['s', 'r'], ['s', 'i'], ['s']]);
    expect(texts).toEqual([
      ['u', null, 'w'],
      ['1', null, '3'],
      ['{"r":"u","i":1}', null, '{"r":"w","i":3}'],
    ]);
  });

  it('gives columns that the file lacks as one column of nulls', async () => {
    const dataset = await world.open('plain.arrow');
    const kernel = openKernel();
    const lacking = Array.from({ length: 200 }, (_, index) => [`no such column ${index}`]);
    const { texts } = await world.readAll(dataset, lacking, kernel);
    expect(texts.every((column) => column.length === 1000 && column.every((text) => text === null))).toBe(true);
    expect(kernel.sizeBytes()).toBeLessThan(8 << 20);
  });

  it('does not read the bodies of other columns', async () => {
    const dataset = await world.open('big.arrow');
    const reads: number[] = [];
    const files = localFiles();
    const counting: ReadEnv = {
      ...world.env,
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
    for (const fragment of await arrowReader.fragments(dataset, 0, [['v']], world.env, signal)) {
      for await (const batch of reader.batches(fragment, signal)) expect(batch.rows).toBeLessThanOrEqual(65_536);
    }
    await reader.close();
    const total = reads.reduce((sum, length) => sum + length, 0);
    expect(total).toBeGreaterThan(200_000 * 66);
    expect(total).toBeLessThan(200_000 * 66 + 500_000);
  });

  it('cuts large record batches into batches of about 4 MB', async () => {
    const dataset = await world.open('big.arrow');
    const { texts, batchRows } = await world.readAll(dataset, [['t'], ['d']]);
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
    await world.make(script);
    const dataset = await world.open('beside.arrow');
    const words = ['a', 'b', null];
    const { texts } = await world.readAll(dataset, [['before'], ['between'], ['pair', 'w'], ['after']]);
    expect(texts).toEqual([words, ['1', null, '3'], words, words]);
    for (const path of [['sparse'], ['dense'], ['pair'], ['pair', 'u']]) {
      expect(await sentenceOf(world.readAll(dataset, [path]))).toBe(
        `beside.arrow can't be read as an Arrow file: column "${path.join('.')}": a union has no text and is not read; leave it out.`,
      );
    }
  });

  it('counts what rows without text take, too', async () => {
    const script = `
import sys, pyarrow as pa, pyarrow.ipc as ipc
t = pa.table({f'c{i}': pa.nulls(100000) if i % 2 else pa.array([''] * 100000) for i in range(40)})
with ipc.new_file(f'{sys.argv[1]}/hollow.arrow', t.schema) as w: w.write_table(t)`;
    await world.make(script);
    const dataset = await world.open('hollow.arrow');
    const kernel = openKernel();
    const columns = dataset.columns.map(({ name }) => [name]);
    const { batchRows } = await world.readAll(dataset, columns, kernel);
    expect(Math.max(...batchRows) * 40 * 8).toBeLessThanOrEqual(4 << 20);
    expect(kernel.sizeBytes()).toBeLessThan(16 << 20);
  });
});

describe('dictionaries', () => {
  it('grow by deltas and are replaced in a stream', async () => {
    const stream = await world.open('delta.arrows');
    expect((await world.readAll(stream, [['d']])).texts[0]).toEqual(['a', 'b', 'a', 'b', 'c', 'z', 'y']);
    const file = await world.open('delta.arrow');
    expect((await world.readAll(file, [['d']])).texts[0]).toEqual(['a', 'b', 'a', 'b', 'c']);
  });
});

describe('metadata', () => {
  it('gives rows, nulls and bytes by column', async () => {
    const file = await world.fileAt('plain.arrow');
    const source = await world.env.files.open(file.uri, signal);
    const described = await arrowReader.describe(source, file, world.env, signal);
    await source.close();
    const expected = await want();
    expect(described.rows).toBe(1000);
    for (const name of ['i32', 'utf8', 'view', 'list', 'map', 'null']) {
      expect(described.columnFacts.get(name)?.nulls).toBe(expected[name]?.filter((text) => text === null).length);
    }
    expect(described.columnFacts.get('i64')?.diskBytes).toBe(1000 * 8 + 10 * Math.ceil(97 / 8) + Math.ceil(30 / 8));
    expect(described.identity.to).toBe(file.sizeBytes);
    const empty = await world.open('empty.arrow');
    expect((await world.readAll(empty, [['utf8'], ['list']])).texts).toEqual([[], []]);
    const nothing = await world.open('emptyish.arrows');
    expect((await world.readAll(nothing, [['a']])).texts).toEqual([[]]);
  });

  it('counts Arrow bytes as pyarrow does', async () => {
    // pyarrow leaves out the last offset of each of the four record batches: by column, its bytes there.
    const last: Record<string, number> = { utf8: 4, large: 8, list: 4, llist: 8, map: 8, deep: 8 };
    const names = ['i8', 'i64', 'b', 'utf8', 'large', 'fbin', 'd128', 'list', 'llist', 'flist', 'map'];
    const script = `
import sys, json, pyarrow.ipc as ipc
t = ipc.open_file(sys.argv[1]).read_all()
print(json.dumps([t[n].nbytes for n in sys.argv[2].split(',')]))`;
    const dataset = await world.open('lz4.arrow');
    const totals = JSON.parse(
      await python(script, [path.join(world.folder, 'lz4.arrow'), names.join(',')]),
    ) as number[];
    const { arrow } = await world.readAll(
      dataset,
      names.map((name) => [name]),
    );
    expect(arrow).toEqual(totals.map((total, index) => total + 4 * (last[names[index] ?? ''] ?? 0)));
  });
});

it('stops at once when the signal aborts', async () => {
  const dataset = await world.open('big.arrow');
  const controller = new AbortController();
  const reader = arrowReader.open(dataset, [['t']], openKernel(), world.env);
  const [fragment] = await arrowReader.fragments(dataset, 0, [['t']], world.env, signal);
  if (!fragment) throw new Error('no fragment');
  const batches = reader.batches(fragment, controller.signal);
  await batches.next();
  controller.abort();
  await expect(batches.next()).rejects.toMatchObject({ code: 'cancelled' });
  await reader.close();
});
