import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { formatReaders } from '../../../../src/core/datasets/formatReaders.ts';
import type { ReadEnv } from '../../../../src/core/datasets/formatReader.ts';
import { openDataset } from '../../../../src/core/datasets/openDataset.ts';
import { openReadEnv } from '../../../../src/engine/readEnv.ts';
import { openKernel } from '../../../../src/kernel/kernel.ts';
import { python } from '../../../support/python.ts';
import { readText } from '../../../support/textColumns.ts';

const SCRIPT = `
import sys, datetime, decimal, json, uuid
import pyarrow as pa, pyarrow.parquet as pq, pyarrow.ipc as ipc, pyarrow.csv as csv
n, out = 500, sys.argv[1]
def pick(values): return [values[i % len(values)] for i in range(n)]
text = pick(['a', None, 'caf\\u00e9 "q"\\n', ''])
utc = datetime.timezone.utc
t = pa.table({
  'text': pa.array(text), 'int': pa.array(pick([2**53 + 1, None, -1]), pa.int64()), 'small': pa.array(pick([1, -128, None]), pa.int8()), 'bool': pa.array(pick([True, None, False])),
  'f32': pa.array(pick([0.1, None, 1e21, float('nan')]), pa.float32()), 'f64': pa.array(pick([0.1, 1e-7, None]), pa.float64()),
  'dec': pa.array(pick([decimal.Decimal('1.10'), decimal.Decimal('-0.05'), None]), pa.decimal128(18, 2)),
  'date': pa.array(pick([datetime.date(2024, 9, 9), None]), pa.date32()), 'time': pa.array(pick([datetime.time(1, 2, 3, 4), None]), pa.time64('us')),
  'ts': pa.array(pick([datetime.datetime(2024, 9, 9, 1, 2, 3, 4, utc), None]), pa.timestamp('us', 'UTC')), 'local': pa.array(pick([datetime.datetime(1960, 1, 1), None]), pa.timestamp('ms')),
  'bin': pa.array(pick([b'\\xff\\x00', None, b'']), pa.binary()), 'fixed': pa.array(pick([b'abc', None]), pa.binary(3)),
  'uuid': pa.array(pick([uuid.UUID(int=7).bytes, None]), pa.uuid()), 'dict': pa.array(text).dictionary_encode(),
  'list': pa.array(pick([[1, None], [], None]), pa.list_(pa.int64())), 'words': pa.array(pick([['x"', None], None]), pa.list_(pa.string())),
  'struct': pa.array(pick([{'a': 1, 'b': 'x'}, {'a': None, 'b': None}, None]), pa.struct([('a', pa.int32()), ('b', pa.string())])),
  'map': pa.array(pick([[('k', decimal.Decimal('1.10'))], [], None]), pa.map_(pa.string(), pa.decimal128(9, 2))),
  'deep': pa.array(pick([[{'t': datetime.datetime(2024, 9, 9), 'l': [0.5]}], None]), pa.list_(pa.struct([('t', pa.timestamp('us')), ('l', pa.list_(pa.float64()))]))),
})
pq.write_table(t, f'{out}/t.parquet', row_group_size=200)
with ipc.new_file(f'{out}/t.arrow', t.schema) as w: w.write_table(t, max_chunksize=130)
flat = pa.table({'text': pa.array([v or 'x' for v in text])})
csv.write_csv(flat, f'{out}/t.csv')
with open(f'{out}/t.jsonl', 'w') as f: f.writelines(json.dumps({'text': v}) + '\\n' for v in flat['text'].to_pylist())
pq.write_table(flat, f'{out}/flat.parquet')
with ipc.new_stream(f'{out}/flat.arrows', flat.schema) as w: w.write_table(flat)`;

async function textsOf(uri: string, env: ReadEnv): Promise<Record<string, (string | null)[]>> {
  const { signal } = new AbortController();
  const { dataset } = await openDataset(uri, { format: null }, env, signal);
  const kernel = openKernel();
  const paths = dataset.columns.map(({ name }) => [name]);
  const format = formatReaders[dataset.format];
  const reader = format.open(dataset, paths, kernel, env);
  const found = paths.map((): (string | null)[] => []);
  for (const fragment of await format.fragments(dataset, 0, paths, env, signal)) {
    for await (const batch of reader.batches(fragment, signal)) {
      batch.columns.forEach((column, index) => found[index]?.push(...readText(kernel, column, batch.rows)));
    }
  }
  await reader.close();
  return Object.fromEntries(dataset.columns.map(({ name }, index) => [name, found[index] ?? []]));
}

it('one table has the same texts in every format', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'tranche-same-'));
  try {
    const env = await openReadEnv();
    await python(SCRIPT, [folder]);
    const texts = (name: string) => textsOf(path.join(folder, name), env);
    const [parquet, arrow] = [await texts('t.parquet'), await texts('t.arrow')];
    for (const name of Object.keys(arrow)) expect({ [name]: parquet[name] }).toEqual({ [name]: arrow[name] });
    expect(Object.keys(parquet)).toEqual(Object.keys(arrow));
    const flat = await texts('flat.parquet');
    for (const name of ['flat.arrows', 't.csv', 't.jsonl']) expect(await texts(name)).toEqual(flat);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
