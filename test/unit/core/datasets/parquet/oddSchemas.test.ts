import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SchemaElement } from 'hyparquet';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, describe, expect, test } from 'vitest';
import { describedColumn, nodeType } from '../../../../../src/core/datasets/parquet/nodeType.ts';
import { schemaTree } from '../../../../../src/core/datasets/parquet/schemaTree.ts';
import type { ColumnType } from '../../../../../src/core/model/columnType.ts';
import { python } from '../../../../support/python.ts';
import { parquetInMemory, readColumns } from './readParquet.ts';

const folder = mkdtempSync(join(tmpdir(), 'parquet-odd-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const ENCRYPT = `
import base64, sys, pyarrow as pa, pyarrow.parquet as pq, pyarrow.parquet.encryption as pe
class Kms(pe.KmsClient):
    def __init__(self, config): super().__init__()
    def wrap_key(self, key, name): return base64.b64encode(key)
    def unwrap_key(self, key, name): return base64.b64decode(key)
factory, kms = pe.CryptoFactory(Kms), pe.KmsConnectionConfig()
t = pa.table({'open': ['a', 'b'], 'secret': ['c', 'd']})
for name, plain in (('footer', False), ('column', True)):
    config = pe.EncryptionConfiguration(footer_key='f', column_keys={'k': ['secret']}, plaintext_footer=plain)
    with pq.ParquetWriter(f'{sys.argv[1]}/{name}.parquet', t.schema, encryption_properties=factory.file_encryption_properties(kms, config)) as out:
        out.write_table(t)
`;

describe('encrypted files', async () => {
  await python(ENCRYPT, [folder]);

  test('with an encrypted footer are refused', async () => {
    await expect(parquetInMemory(readFileSync(join(folder, 'footer.parquet')))).rejects.toMatchObject({
      code: 'notSupported',
      message: expect.stringContaining('encrypted') as string,
    });
  });

  test('with encrypted columns give the open ones and refuse the others by name', async () => {
    const opened = await parquetInMemory(readFileSync(join(folder, 'column.parquet')));
    expect((await readColumns(opened, [['open']])).columns[0]).toEqual(['a', 'b']);
    await expect(readColumns(opened, [['secret']])).rejects.toMatchObject({
      code: 'notSupported',
      message: expect.stringContaining('"secret"') as string,
    });
  });
});

const ODD_COLUMNS = `
import sys, datetime, pyarrow as pa, pyarrow.parquet as pq
out = sys.argv[1]
when = [datetime.datetime(2500, 1, 1)]
inner = pa.struct([('at', pa.timestamp('us')), ('n', pa.int32())])
t = pa.table({'id': [1], 'list': pa.array([when], pa.list_(pa.timestamp('us'))), 'pair': pa.array([{'at': datetime.datetime(2024, 9, 9), 'n': 7}], inner)})
pq.write_table(t, out + '/int96.parquet', use_deprecated_int96_timestamps=True)
pq.write_table(pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=['a', 'a']), out + '/twins.parquet')
`;

describe('columns that are odd', async () => {
  await python(ODD_COLUMNS, [folder]);

  test('INT96 inside lists and structs is refused by name, and what is beside it is read', async () => {
    const opened = await parquetInMemory(readFileSync(join(folder, 'int96.parquet')));
    for (const column of ['list', 'pair'])
      await expect(readColumns(opened, [[column]])).rejects.toMatchObject({
        code: 'notSupported',
        message: `rows.parquet: column "${column}" holds timestamps stored as INT96, which are not read inside lists and structs; leave it out, or write it as a TIMESTAMP.`,
      });
    expect((await readColumns(opened, [['id'], ['pair', 'n'], ['pair', 'at']])).columns).toEqual([
      ['1'],
      ['7'],
      ['2024-09-09T00:00:00.000000000'],
    ]);
  });

  test('two columns of one name are refused', async () => {
    await expect(parquetInMemory(readFileSync(join(folder, 'twins.parquet')))).rejects.toMatchObject({
      code: 'badData',
      message: 'rows.parquet has two columns named "a", which no name tells apart; rename one of them.',
    });
  });

  test('ENUM inside lists and structs is text', async () => {
    const duckdb = await (await DuckDBInstance.create()).connect();
    const moods = "['sad', 'ok']::enum('sad', 'ok')[] as moods, {'m': 'ok'::enum('sad', 'ok')} as pair";
    await duckdb.run(`copy (select ${moods}) to '${folder}/enum.parquet' (format parquet)`);
    duckdb.closeSync();
    const opened = await parquetInMemory(readFileSync(join(folder, 'enum.parquet')));
    expect((await readColumns(opened, [['moods'], ['pair']])).columns).toEqual([['["sad","ok"]'], ['{"m":"ok"}']]);
  });
});

const group = (name: string, children: number, more: Partial<SchemaElement> = {}): SchemaElement => ({
  name,
  num_children: children,
  repetition_type: 'OPTIONAL',
  ...more,
});
const text = (name: string, more: Partial<SchemaElement> = {}): SchemaElement => ({
  name,
  type: 'BYTE_ARRAY',
  converted_type: 'UTF8',
  repetition_type: 'OPTIONAL',
  ...more,
});
const LIST: Partial<SchemaElement> = { converted_type: 'LIST' };
const REPEATED: Partial<SchemaElement> = { repetition_type: 'REPEATED' };

function typeOf(...elements: SchemaElement[]): ColumnType {
  const [column] = schemaTree([{ name: 'root', num_children: 1 }, ...elements]).children;
  if (column === undefined) throw new Error('no column');
  return nodeType(column);
}

describe('lists as old writers wrote them', () => {
  const utf8: ColumnType = { kind: 'utf8' };
  const struct: ColumnType = {
    kind: 'struct',
    fields: [{ name: 's', type: utf8, nullable: true }],
  };

  test.each<[string, SchemaElement[], ColumnType]>([
    ['three levels', [group('l', 1, LIST), group('list', 1, REPEATED), text('element')], { kind: 'list', item: utf8 }],
    ['a repeated leaf', [group('l', 1, LIST), text('element', REPEATED)], { kind: 'list', item: utf8 }],
    [
      'a repeated group named array',
      [group('l', 1, LIST), group('array', 1, REPEATED), text('s')],
      { kind: 'list', item: struct },
    ],
    [
      'a repeated group named after the list',
      [group('l', 1, LIST), group('l_tuple', 1, REPEATED), text('s')],
      { kind: 'list', item: struct },
    ],
    ['a repeated leaf without annotation', [text('l', REPEATED)], { kind: 'list', item: utf8 }],
    [
      'a map of the old name',
      [group('m', 1, { converted_type: 'MAP_KEY_VALUE' }), group('map', 2, REPEATED), text('key'), text('value')],
      { kind: 'map', key: utf8, value: utf8 },
    ],
  ])('%s', (_, elements, type) => {
    expect(typeOf(...elements)).toEqual(type);
  });
});

describe('schemas that are broken or not known', () => {
  test('counts of children that do not fit are refused', () => {
    expect(() => schemaTree([{ name: 'root', num_children: 3 }, text('a')])).toThrow('malformed');
    expect(() => schemaTree([{ name: 'root', num_children: 1 }, text('a'), text('b')])).toThrow('malformed');
    expect(() => schemaTree([{ name: 'root', num_children: -1 }])).toThrow('malformed');
    expect(() => schemaTree([text('a')])).toThrow('malformed');
    const deep = Array.from({ length: 5000 }, (_, i) => group(`g${i}`, 1));
    expect(() => schemaTree([...deep, text('a')])).toThrow('malformed');
  });

  test('a type that is not known is described as binary', () => {
    const [column] = schemaTree([
      { name: 'root', num_children: 1 },
      { name: 'v', num_children: 2, logical_type: { type: 'VARIANT' } },
      text('m'),
      text('n'),
    ]).children;
    if (column === undefined) throw new Error('no column');
    expect(() => nodeType(column)).toThrow('variant');
    expect(describedColumn(column).type).toEqual({ kind: 'binary' });
  });
});
