import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChunkToJoin } from '../../../../src/core/collect/joinChunk.ts';
import type { ColumnType } from '../../../../src/core/model/columnType.ts';
import { python } from '../../../support/python.ts';
import { answerFile, bodyLine, chatLine, chunkOf, jobOf, keptRows, type Row } from './collectFixtures.ts';
import { arrowTypes, CHAT, column, duck, ID, openResultsWorld, type ResultsWorld } from './resultsWorld.ts';

let world: ResultsWorld;
beforeAll(async () => {
  world = await openResultsWorld();
});
afterAll(() => world.close());

/** Type, texts, DuckDB's type and texts, pyarrow's type. */
const TYPES: readonly [ColumnType, [string, string], string, [string, string] | null, string][] = [
  [{ kind: 'bool' }, ['true', 'false'], 'BOOLEAN', null, 'bool'],
  [{ kind: 'int', bits: 8, signed: true }, ['-128', '127'], 'TINYINT', null, 'int8'],
  [{ kind: 'int', bits: 16, signed: false }, ['0', '65535'], 'USMALLINT', null, 'uint16'],
  [{ kind: 'int', bits: 32, signed: false }, ['0', '4294967295'], 'UINTEGER', null, 'uint32'],
  [{ kind: 'int', bits: 32, signed: true }, ['-2147483648', '2147483647'], 'INTEGER', null, 'int32'],
  [{ kind: 'int', bits: 64, signed: true }, ['-9223372036854775808', '9223372036854775807'], 'BIGINT', null, 'int64'],
  [{ kind: 'int', bits: 64, signed: false }, ['0', '18446744073709551615'], 'UBIGINT', null, 'uint64'],
  [{ kind: 'float', bits: 16 }, ['0.1', '65504'], 'FLOAT', ['0.099975586', '65504.0'], 'halffloat'],
  [{ kind: 'float', bits: 32 }, ['0.1', '-Infinity'], 'FLOAT', ['0.1', '-inf'], 'float'],
  [{ kind: 'float', bits: 64 }, ['0.1', 'NaN'], 'DOUBLE', ['0.1', 'nan'], 'double'],
  [{ kind: 'decimal', precision: 5, scale: 2 }, ['1.10', '-999.99'], 'DECIMAL(5,2)', null, 'decimal128(5, 2)'],
  [
    { kind: 'decimal', precision: 18, scale: 0 },
    ['999999999999999999', '-1'],
    'DECIMAL(18,0)',
    null,
    'decimal128(18, 0)',
  ],
  [
    { kind: 'decimal', precision: 38, scale: 10 },
    ['1234567890123456789012345678.0123456789', '-0.0000000001'],
    'DECIMAL(38,10)',
    null,
    'decimal128(38, 10)',
  ],
  [{ kind: 'decimal', precision: 50, scale: 1 }, [`${'9'.repeat(49)}.1`, '0.0'], 'VARCHAR', null, 'string'],
  [{ kind: 'date' }, ['2024-09-09', '0001-01-01'], 'DATE', null, 'date32[day]'],
  [{ kind: 'time', unit: 'ms' }, ['12:34:56.789', '00:00:00.000'], 'TIME', ['12:34:56.789', '00:00:00'], 'time32[ms]'],
  [{ kind: 'time', unit: 'us' }, ['12:34:56.789012', '23:59:59.999999'], 'TIME', null, 'time64[us]'],
  [
    { kind: 'timestamp', unit: 's', utc: false },
    ['2024-09-09T12:34:56', '1969-12-31T23:59:59'],
    'TIMESTAMP',
    ['2024-09-09 12:34:56', '1969-12-31 23:59:59'],
    'timestamp[ms]',
  ],
  [
    { kind: 'timestamp', unit: 'us', utc: false },
    ['2024-09-09T12:34:56.000001', '0001-01-01T00:00:00.000000'],
    'TIMESTAMP',
    ['2024-09-09 12:34:56.000001', '0001-01-01 00:00:00'],
    'timestamp[us]',
  ],
  [
    { kind: 'timestamp', unit: 'us', utc: true },
    ['2024-09-09T12:34:56.999999Z', '1960-02-29T23:59:59.000001Z'],
    'TIMESTAMP WITH TIME ZONE',
    ['2024-09-09 12:34:56.999999+00', '1960-02-29 23:59:59.000001+00'],
    'timestamp[us, tz=UTC]',
  ],
  [
    { kind: 'timestamp', unit: 'ns', utc: false },
    ['2024-09-09T12:34:56.123456789', '1970-01-01T00:00:00.000000001'],
    'TIMESTAMP_NS',
    ['2024-09-09 12:34:56.123456789', '1970-01-01 00:00:00.000000001'],
    'timestamp[ns]',
  ],
  [
    { kind: 'uuid' },
    ['01234567-89ab-cdef-0123-456789abcdef', 'ffffffff-ffff-ffff-ffff-ffffffffffff'],
    'UUID',
    null,
    'extension<arrow.uuid>',
  ],
  [{ kind: 'binary' }, ['AP8=', ''], 'BLOB', ['\\x00\\xFF', ''], 'binary'],
  [{ kind: 'utf8' }, ['naïve 😀\n"x"', ''], 'VARCHAR', null, 'string'],
  [{ kind: 'list', item: { kind: 'int', bits: 8, signed: true } }, ['[1,2]', '[]'], 'VARCHAR', null, 'string'],
  [{ kind: 'cell', guess: 'int' }, ['00123', '1.10'], 'VARCHAR', null, 'string'],
  [{ kind: 'json' }, ['{"a":1}', 'x'], 'VARCHAR', null, 'string'],
  [{ kind: 'duration', unit: 's' }, ['PT1S', 'PT0S'], 'VARCHAR', null, 'string'],
];

describe('columns of the dataset', () => {
  const carried = TYPES.map(([type], index) => column(`c${index}`, type));
  const rows: Row[] = [0, 1, 2].map((row) => ({
    texts: [`r${row}`, String(row - 1), ...TYPES.map(([, texts]) => texts[row] ?? null)],
    chunk: 1,
  }));
  const chunks = [chunkOf(1, answerFile(['r0', 'r1', 'r2'].map((id) => chatLine(id, 'x'))))];

  it('keep their types and every digit, as DuckDB reads them', async () => {
    const kept = await keptRows([ID], carried, rows);
    const { results } = await world.write('types-duckdb', jobOf(CHAT, {}), kept, chunks);
    const names = carried.map(({ name }) => name);
    const cast = names.map((name) => `${name}::varchar`).join(',');
    const texts = await duck(`select ${cast} from read_parquet('${results[0]}')`);
    const { types } = await duck(`select ${names.join(',')} from read_parquet('${results[0]}')`);
    expect(types).toEqual(TYPES.map(([, , type]) => type));
    for (const row of [0, 1, 2]) {
      expect(texts.rows[row]).toEqual(TYPES.map(([, own, , shown]) => (shown ?? own)[row] ?? null));
    }
  });

  it('keep their types as pyarrow reads them', async () => {
    const kept = await keptRows([ID], carried, rows);
    const { results } = await world.write('types-pyarrow', jobOf(CHAT, {}), kept, chunks);
    const types = await arrowTypes(results[0] ?? '');
    expect(Object.keys(types)).toEqual([
      'id',
      ...carried.map(({ name }) => name),
      'status',
      'content',
      'finish_reason',
      'prompt_tokens',
      'completion_tokens',
      'error',
    ]);
    expect(Object.values(types)).toEqual([
      'int64',
      ...TYPES.map(([, , , , type]) => type),
      'string',
      'string',
      'string',
      'int64',
      'int64',
      'string',
    ]);
  });

  it('stay text where a value is none of their type, and are named', async () => {
    const wrong = [column('n', { kind: 'int', bits: 32, signed: true })];
    const kept = await keptRows([ID], wrong, [
      { texts: ['a', '1', '7'], chunk: 1 },
      { texts: ['b', '2', '3000000000'], chunk: 1 },
    ]);
    const written = await world.write('as-text', jobOf(CHAT, {}), kept, [chunkOf(1)]);
    expect(written.keptAsText).toEqual(['n']);
    const { types, rows: read } = await duck(`select id, n from read_parquet('${written.results[0]}')`);
    expect(types).toEqual(['BIGINT', 'VARCHAR']);
    expect(read).toEqual([
      ['1', '7'],
      ['2', '3000000000'],
    ]);
  });

  it('whose name is one of ours get a suffix, and an answers property another', async () => {
    const body = {
      response_format: {
        type: 'json_schema',
        json_schema: { schema: { properties: { Status: { type: 'string' }, id: {}, fresh: { type: 'string' } } } },
      },
    };
    const carriedNames = [column('content', { kind: 'utf8' }), column('Error', { kind: 'utf8' }), ID];
    const kept = await keptRows([ID], carriedNames, [{ texts: ['a', '1', 'c', 'e', '1'], chunk: 1 }]);
    const { results } = await world.write('names', jobOf(CHAT, body), kept, [chunkOf(1)]);
    expect((await duck(`select * from read_parquet('${results[0]}')`)).names).toEqual([
      'id',
      'content_input',
      'Error_input',
      'status',
      'content',
      'Status_answer',
      'id_answer',
      'fresh',
      'finish_reason',
      'prompt_tokens',
      'completion_tokens',
      'error',
    ]);
  });
});

describe('rows', () => {
  const kept = () =>
    keptRows(
      [ID],
      [],
      [
        { texts: ['ok', '1'], chunk: 1 },
        { texts: ['skip', '2'], chunk: 0, reason: 'null' },
        { texts: ['failed', '3'], chunk: 1 },
        { texts: ['cut', '4'], chunk: 1 },
        { texts: ['refused', '5'], chunk: 2 },
        { texts: ['expired', '6'], chunk: 2 },
        { texts: ['gone', '7'], chunk: 2 },
        { texts: ['bad', '8'], chunk: 3 },
        { texts: ['whole', '9'], chunk: 3 },
      ],
    );
  const body = {
    response_format: {
      type: 'json_schema',
      json_schema: { schema: { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] } },
    },
  };
  const expired = { custom_id: 'expired', response: null, error: { code: 'batch_expired', message: 'Too late.' } };
  const chunks = (): ChunkToJoin[] => [
    chunkOf(
      1,
      answerFile([chatLine('cut', '{"n', { finish_reason: 'length' }), chatLine('ok', '{"n": 9007199254740993}')]),
      answerFile([bodyLine('failed', { error: { message: 'Bad input.' } }, 400)]),
    ),
    {
      ...chunkOf(2, answerFile([expired, chatLine('refused', null, {}, { refusal: 'No.' })])),
      unanswered: { outcome: 'expired', error: 'The batch expired.' },
    },
    {
      ...chunkOf(3, answerFile([chatLine('bad', '{}')])),
      unanswered: { outcome: 'failed', error: 'The batch failed: queue full.' },
    },
  ];

  it('end in exactly one outcome each, in the order of the dataset', async () => {
    const written = await world.write('outcomes', jobOf(CHAT, body), await kept(), chunks());
    expect(written.rows).toEqual({
      in: 9,
      ok: 1,
      failed: 2,
      refused: 1,
      truncated: 1,
      invalid: 1,
      expired: 2,
      missing: 0,
      quarantined: 1,
    });
    expect(written.usage).toEqual({ promptTokens: 40, completionTokens: 20, rowsReporting: 4 });
    expect(written.notes).toEqual({ duplicates: 0, unknown: 0, broken: 0 });
    const { rows, types } = await duck(
      `select id, status, content, n, finish_reason, prompt_tokens, error from read_parquet('${written.results[0]}')`,
    );
    expect(types).toEqual(['BIGINT', 'VARCHAR', 'VARCHAR', 'BIGINT', 'VARCHAR', 'BIGINT', 'VARCHAR']);
    expect(rows.map(([id, status, ...rest]) => [id, status, rest.at(-1)])).toEqual([
      ['1', 'ok', null],
      ['2', 'quarantined', 'Left out: null.'],
      ['3', 'failed', '400: Bad input.'],
      ['4', 'truncated', 'The answer was cut at the greatest length the request allows.'],
      ['5', 'refused', 'No.'],
      ['6', 'expired', 'Too late.'],
      ['7', 'expired', 'The batch expired.'],
      ['8', 'invalid', expect.stringMatching(/schema/) as unknown],
      ['9', 'failed', 'The batch failed: queue full.'],
    ]);
    expect(rows[0]).toEqual(['1', 'ok', '{"n": 9007199254740993}', '9007199254740993', 'stop', '10', null]);
    const failures = await duck(`select * from read_parquet('${written.failures}')`);
    expect(failures.names).toEqual(['id', 'status', 'error']);
    expect(failures.rows.map(([id]) => id)).toEqual(['2', '3', '4', '5', '6', '7', '8', '9']);
    const manifest = JSON.parse(await readFile(written.manifest, 'utf8')) as Record<string, unknown>;
    expect(manifest).toMatchObject({ planHash: 'hash', runId: 'run-1', rows: written.rows });
  });

  it('give the same tables, byte for byte, whatever the run and the order of the lines', async () => {
    const job = jobOf(CHAT, body, ['parquet', 'jsonl']);
    const one = await world.write('same-1', job, await kept(), chunks());
    const turned = chunks().map((chunk) => ({ ...chunk, files: [...chunk.files].reverse() }));
    const two = await world.write('same-2', job, await kept(), turned, { runId: 'run-2' });
    for (const [index, path] of [...one.results, one.failures].entries()) {
      const other = [...two.results, two.failures][index] ?? '';
      expect(await readFile(path)).toEqual(await readFile(other));
    }
  });

  it('come as JSON lines with full digits', async () => {
    const written = await world.write('lines', jobOf(CHAT, body, ['jsonl']), await kept(), chunks());
    expect(written.results).toEqual([join(world.folder, 'lines', 'results.jsonl')]);
    const lines = (await readFile(written.results[0] ?? '', 'utf8')).split('\n');
    expect(lines[0]).toBe(
      '{"id":1,"status":"ok","content":"{\\"n\\": 9007199254740993}","n":9007199254740993,' +
        '"finish_reason":"stop","prompt_tokens":10,"completion_tokens":5,"error":null}',
    );
    expect(lines).toHaveLength(10);
    expect(lines.slice(0, 9).map((line) => (JSON.parse(line) as { id: number }).id)).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9,
    ]);
  });

  it('that are more or fewer than the plan has are an error, and nothing is written', async () => {
    const job = jobOf(CHAT, body);
    await expect(world.write('count', job, await kept(), chunks(), { rows: 10 })).rejects.toMatchObject({
      code: 'corrupt',
    });
    await expect(readFile(join(world.folder, 'count', 'results.parquet'))).rejects.toThrow(/ENOENT/);
  });
});

describe('a typed answer', () => {
  it('fills a column a property, null where a value is null or of another kind', async () => {
    const properties = {
      text: { type: ['string', 'null'] },
      int: { type: 'integer' },
      number: { type: 'number' },
      flag: { type: 'boolean' },
      tags: { type: 'array', items: { type: 'string' } },
      kind: { $ref: '#/$defs/Kind' },
      maybe: { anyOf: [{ type: 'number' }, { type: 'null' }] },
      any: {},
    };
    const schema = { type: 'object', properties, $defs: { Kind: { enum: ['a', 'b'] } } };
    const body = { text: { format: { type: 'json_schema', schema } } };
    const say = (id: string, value: string) =>
      bodyLine(id, {
        status: 'completed',
        output: [{ type: 'message', content: [{ type: 'output_text', text: value }] }],
      });
    const values = [
      '{"text":"é\\n","int":-9223372036854775808,"number":0.1,"flag":true,"tags":["x",\n "y"],"kind":"a","maybe":1,"any":{"a":1.10}}',
      '{"text":null,"int":3.0,"number":1e3,"flag":false,"tags":[],"kind":"b","maybe":null,"any":"s"}',
      '{"int":99999999999999999999}',
      '{"int":9999999999999999999,"number":1e999}',
    ];
    const kept = await keptRows(
      [ID],
      [],
      values.map((_, row) => ({ texts: [`r${row}`, String(row)], chunk: 1 })),
    );
    const chunks = [chunkOf(1, answerFile(values.map((value, row) => say(`r${row}`, value))))];
    const job = jobOf('/v1/responses', body, ['parquet', 'jsonl']);
    const written = await world.write('properties', job, kept, chunks);
    expect(written.rows.ok).toBe(4);
    const columns = Object.keys(properties).map((name) => `"${name}"`);
    const { rows, types } = await duck(`select ${columns.join(',')} from read_parquet('${written.results[0]}')`);
    expect(types).toEqual(['VARCHAR', 'BIGINT', 'DOUBLE', 'BOOLEAN', 'VARCHAR', 'VARCHAR', 'DOUBLE', 'VARCHAR']);
    expect(rows).toEqual([
      ['é\n', '-9223372036854775808', 0.1, true, '["x",\n "y"]', 'a', 1, '{"a":1.10}'],
      [null, '3', 1000, false, '[]', 'b', null, '"s"'],
      [null, null, null, null, null, null, null, null],
      [null, null, null, null, null, null, null, null],
    ]);
    const lines = (await readFile(written.results[1] ?? '', 'utf8')).trim().split('\n');
    expect(lines).toHaveLength(4);
    expect(lines[0]).toContain('"int":-9223372036854775808,"number":0.1,"flag":true,"tags":["x",  "y"],"kind":"a"');
    expect(lines[1]).toContain('"any":"s"');
  });
});

describe('a table of many pages and row groups', () => {
  it('keeps every value and every null in its row', async () => {
    const count = 60_000;
    const rows: Row[] = Array.from({ length: count }, (_, row) => ({
      texts: [`r${row}`, String(row), row % 3 === 0 ? null : String(row), row % 2 === 0 ? String(row % 4 === 0) : null],
      chunk: 1 + Math.floor(row / 25_000),
    }));
    const carried = [column('text', { kind: 'utf8' }), column('flag', { kind: 'bool' })];
    const embedded = rows.filter((_, row) => row % 5 !== 0);
    const chunks = [1, 2, 3].map((chunk) => {
      const lines = embedded.filter((row) => row.chunk === chunk).reverse();
      const data = (id: string) => [{ index: 0, embedding: [Number(id.slice(1)), 1] }];
      return chunkOf(chunk, answerFile(lines.map(({ texts: [id] }) => bodyLine(id ?? '', { data: data(id ?? '') }))));
    });
    const kept = await keptRows([ID], carried, rows);
    const written = await world.write('many', jobOf('/v1/embeddings', { input: '{{text}}' }), kept, chunks);
    expect(written.rows).toMatchObject({ in: count, ok: 48_000, missing: 12_000 });
    const wrong = `select count(*), count(*) filter (id <> row_number - 1
        or text is distinct from (case when id % 3 = 0 then null else id::varchar end)
        or flag is distinct from (case when id % 2 = 0 then id % 4 = 0 else null end)
        or status <> (case when id % 5 = 0 then 'missing' else 'ok' end)
        or embedding is distinct from (case when id % 5 = 0 then null else [id, 1]::float[] end))
      from (select *, row_number() over () as row_number from read_parquet('${written.results[0]}'))`;
    expect((await duck(wrong)).rows).toEqual([[String(count), '0']]);
    const groups = `select count(distinct row_group_id), max(row_group_num_rows) from parquet_metadata('${written.results[0]}')`;
    expect((await duck(groups)).rows).toEqual([['2', '50000']]);
    const checked = `
import sys, pyarrow.parquet as pq, pyarrow.compute as pc
t = pq.read_table(sys.argv[1])
print(t['id'].to_pylist() == list(range(len(t))), t['text'].null_count, t['flag'].null_count, t['embedding'].null_count)`;
    expect((await python(checked, [written.results[0] ?? ''])).trim()).toBe('True 20000 30000 12000');
  });
});
