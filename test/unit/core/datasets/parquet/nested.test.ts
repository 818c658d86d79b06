import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { python } from '../../../../support/python.ts';
import { openKernel } from '../../../../../src/kernel/kernel.ts';
import { NestedRows } from '../../../../../src/core/datasets/parquet/nestedRows.ts';
import { openParquetFile } from '../../../../../src/core/datasets/parquet/parquetFile.ts';
import { openParquetWasm, type ReadNested } from '../../../../../src/core/datasets/parquet/parquetWasm.ts';
import { never, parquetInMemory, readColumns, textsOf } from './readParquet.ts';
import { parquetReader } from '../../../../../src/core/datasets/parquet/parquetReader.ts';

const folder = mkdtempSync(join(tmpdir(), 'parquet-nested-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const WRITE = `
import json, sys, uuid, datetime, decimal
import pyarrow as pa, pyarrow.parquet as pq
folder, n = sys.argv[1], 5000
def dump(v): return None if v is None else json.dumps(v, separators=(',', ':'), ensure_ascii=False)
cols, texts = {}, {}
def add(name, type, values, text=dump):
    cols[name] = pa.array(values, type)
    texts[name] = [text(v) for v in values]
add('id', pa.int64(), list(range(n)), str)
add('tags', pa.list_(pa.string()), [None if i % 7 == 3 else [f'tag{k} "ü"' for k in range(i % 4)] for i in range(n)])
add('deep', pa.list_(pa.list_(pa.int32())), [[[k, None] for k in range(i % 3)] + ([None] if i % 5 == 0 else []) for i in range(n)])
add('pair', pa.struct([('a', pa.int64()), ('b', pa.list_(pa.string()))]), [None if i % 6 == 1 else {'a': i, 'b': None if i % 4 == 0 else ['x', f'{i}']} for i in range(n)])
add('rows', pa.list_(pa.struct([('u', pa.string()), ('v', pa.bool_())])), [[{'u': f'u{k}', 'v': k % 2 == 0} for k in range(i % 3)] for i in range(n)])
cols['map'] = pa.array([[(f'k{k}', k) for k in range(i % 3)] for i in range(n)], pa.map_(pa.string(), pa.int32()))
texts['map'] = [dump({f'k{k}': k for k in range(i % 3)}) for i in range(n)]
cols['ints'] = pa.array([[i % 128, -1] for i in range(n)], pa.list_(pa.int8()))
texts['ints'] = [dump([i % 128, -1]) for i in range(n)]
ids = [uuid.UUID(int=i * 2**90) for i in range(n)]
cols['ids'] = pa.ListArray.from_arrays(pa.array(range(n + 1), pa.int32()), pa.array([v.bytes for v in ids], pa.uuid()))
texts['ids'] = [dump([str(v)]) for v in ids]
cols['times'] = pa.array([[i * 1000] for i in range(n)], pa.list_(pa.timestamp('us', 'UTC')))
texts['times'] = [dump([(datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=i)).isoformat(timespec='microseconds') + 'Z']) for i in range(n)]
cols['money'] = pa.array([[decimal.Decimal(i).scaleb(-2)] for i in range(n)], pa.list_(pa.decimal128(12, 2)))
texts['money'] = ['[%d.%02d]' % divmod(i, 100) for i in range(n)]
texts['pair.a'] = [None if i % 6 == 1 else str(i) for i in range(n)]
texts['pair.b'] = [None if i % 6 == 1 or i % 4 == 0 else dump(['x', f'{i}']) for i in range(n)]
json.dump(texts, open(folder + '/expected.json', 'w'))
t = pa.table(cols)
pq.write_table(t, folder + '/nested.parquet', compression='zstd', row_group_size=1900)
pq.write_table(t, folder + '/nested-v2.parquet', compression='snappy', data_page_version='2.0', data_page_size=900, store_decimal_as_integer=True)
inner = pa.struct([pa.field('need', pa.list_(pa.field('element', pa.int32(), nullable=False)), nullable=False)])
system = 'You are a helpful assistant. ' * 220
messages = [[{'role': 'system', 'content': system}, {'role': 'user', 'content': f'q{i}'}] for i in range(1000)]
pq.write_table(pa.table({'messages': pa.array(messages * 12)}), folder + '/repeated.parquet')
pq.write_table(pa.table({'s': pa.array([None if i % 2 else {'need': [i]} for i in range(50)], inner)}), folder + '/required.parquet')
`;
await python(WRITE, [folder]);
const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Record<string, (string | null)[]>;
const names = Object.keys(expected);

function raise(): never {
  throw new Error('no column');
}

describe('nested columns', () => {
  test.each(['nested', 'nested-v2'])('lists, structs and maps come as JSON beside flat columns (%s)', async (name) => {
    const opened = await parquetInMemory(readFileSync(join(folder, `${name}.parquet`)));
    const read = await readColumns(
      opened,
      names.map((column) => column.split('.')),
    );
    names.forEach((column, i) => {
      expect(read.columns[i], column).toEqual(expected[column]);
    });
  });

  test('their types say what they hold', async () => {
    const { description } = await parquetInMemory(readFileSync(join(folder, 'nested.parquet')));
    const typeOf = (name: string) => description.columns.find((column) => column.name === name)?.type;
    expect(typeOf('tags')).toEqual({ kind: 'list', item: { kind: 'utf8' } });
    expect(typeOf('map')).toEqual({
      kind: 'map',
      key: { kind: 'utf8' },
      value: { kind: 'int', bits: 32, signed: true },
    });
    expect(typeOf('rows')).toMatchObject({
      kind: 'list',
      item: { kind: 'struct', fields: [{ name: 'u' }, { name: 'v' }] },
    });
  });

  test('any range of rows may be read', async () => {
    const opened = await parquetInMemory(readFileSync(join(folder, 'nested-v2.parquet')));
    const part = { kind: 'rowGroup', rowGroup: 0, fromRow: 1234, toRow: 2345 } as const;
    const read = await readColumns(opened, [['tags'], ['id']], [{ file: 0, rows: 1111, part }]);
    expect(read.columns).toEqual([expected['tags']?.slice(1234, 2345), expected['id']?.slice(1234, 2345)]);
  });

  test('texts that a dictionary says once come in slices and batches of what they decode to', async () => {
    const opened = await parquetInMemory(readFileSync(join(folder, 'repeated.parquet')));
    const [described] = opened.dataset.files;
    if (described === undefined) throw new Error('no file');
    const file = await openParquetFile(described, opened.env, never);
    const read = await openParquetWasm(opened.env);
    const slices: number[] = [];
    const measured: ReadNested = (...slice) => {
      const decoded = read(...slice);
      slices.push(decoded.length);
      return decoded;
    };
    const kernel = openKernel();
    const rows = new NestedRows(kernel, file, file.root.children, { rowGroup: 0, fromRow: 0, toRow: 12_000 }, measured);
    let count = 0;
    for (let most = await rows.available(never); most > 0; most = await rows.available(never)) {
      const mark = kernel.mark();
      const texts = textsOf(kernel, rows.take(most)[0]?.text ?? raise(), most);
      kernel.release(mark);
      expect(texts.join('').length).toBeLessThan(5 << 20);
      expect(texts[0]?.endsWith(`{"role":"user","content":"q${count % 1000}"}]`)).toBe(true);
      count += most;
    }
    expect(count).toBe(12_000);
    expect(Math.max(...slices)).toBeLessThan(20 << 20);
    expect(slices.length).toBeLessThan(10);
    expect(kernel.sizeBytes()).toBeLessThan(64 << 20);
  });

  test('columns that the file lacks are one column of nulls', async () => {
    const { dataset, env } = await parquetInMemory(readFileSync(join(folder, 'required.parquet')));
    const reader = parquetReader.open(dataset, [['no'], ['none']], openKernel(), env);
    const part = { kind: 'rowGroup', rowGroup: 0, fromRow: 0, toRow: 50 } as const;
    for await (const { columns } of reader.batches({ file: 0, rows: 50, part }, never)) {
      expect(columns[0]).toMatchObject({ nulls: 50 });
      expect(columns[1]).toEqual(columns[0]);
    }
    await reader.close();
  });

  test('a list that must be there is null where the struct around it is', async () => {
    const opened = await parquetInMemory(readFileSync(join(folder, 'required.parquet')));
    const read = await readColumns(opened, [['s', 'need']]);
    expect(read.columns[0]).toEqual(Array.from({ length: 50 }, (_, i) => (i % 2 === 1 ? null : `[${i}]`)));
  });

  test('without parquet-wasm a nested column is refused in one sentence', async () => {
    const opened = await parquetInMemory(readFileSync(join(folder, 'nested.parquet')));
    const { loadParquetWasm, ...env } = opened.env;
    expect(loadParquetWasm).toBeDefined();
    await expect(readColumns({ ...opened, env }, [['tags']])).rejects.toMatchObject({ code: 'notSupported' });
    const fragments = await parquetReader.fragments(opened.dataset, 0, [['tags']], env, never);
    expect(fragments).toHaveLength(3);
  });
});
