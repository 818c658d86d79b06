import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ColumnPath } from '../../../../../src/core/model/columnType.ts';
import { jsonlReader, jsonlReaderWith } from '../../../../../src/core/datasets/jsonl/jsonlReader.ts';
import { describeText, memoryWorld, readAll, readText, smallOptions } from '../textReading.ts';

const small = jsonlReaderWith(smallOptions({ windowBytes: 600, fragmentBytes: 100, blockBytes: 37 }));
const strict = jsonlReaderWith(smallOptions({ strictOnly: true, windowBytes: 600 }));
const encoder = new TextEncoder();

/** Text of a value by the documented rules, from what JSON.parse makes of it (numbers aside: they are made to survive it). */
function expected(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return typeof value === 'string' ? Buffer.from(value).toString() : JSON.stringify(value);
}

function at(value: unknown, path: ColumnPath): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null && !Array.isArray(inner) && Object.hasOwn(inner, key)
        ? (inner as Record<string, unknown>)[key]
        : undefined,
    value,
  );
}

const PATHS: ColumnPath[] = [['id'], ['text'], ['a', 'b'], ['a'], ['a', 'b', 'ключ'], ['none'], ['__proto__']];
const key = fc.constantFrom('id', 'text', 'a', 'b', 'ключ', 'x', '__proto__', 'long key with many letters in it');
const string = fc.string({
  unit: fc.constantFrom('a', 'plain words here', 'é', '漢', '😀', '"', '\\', '\n', '\r', '\t', '\b', '\f', '/', ' ', '\u2028', '\u007f', '\u0001', '\ud800', '\udc00'),
  maxLength: 12,
}); // prettier-ignore
const scalar = fc.oneof(
  string,
  fc.integer(),
  fc.constantFrom(0.5, -1.25, 1e21, 1.5e-7),
  fc.boolean(),
  fc.constant(null),
);
const value: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.array(fc.tuple(key, tie('value')), { maxLength: 4 }).map(entries),
  ),
})).value;

/** An object whose text has its keys as listed, twice where listed twice. */
interface Entries {
  readonly listed: readonly (readonly [string, unknown])[];
}
function entries(listed: readonly (readonly [string, unknown])[]): Entries {
  return { listed };
}

/** Writes JSON with white space wherever `space` gives some, escapes as `escape` says. */
function write(node: unknown, space: () => string, escape: (text: string) => string): string {
  const inner = (child: unknown): string => `${space()}${write(child, space, escape)}${space()}`;
  if (Array.isArray(node)) return `[${node.map(inner).join(',') || space()}]`;
  if (typeof node === 'object' && node !== null) {
    const members = (node as Entries).listed.map(
      ([name, child]) => `${space()}${escape(name)}${space()}:${inner(child)}`,
    );
    return `{${members.join(',') || space()}}`;
  }
  return typeof node === 'string' ? escape(node) : JSON.stringify(node);
}

const asciiOnly = (text: string): string =>
  JSON.stringify(text).replace(/[\u007f-\uffff/]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);

const line = fc
  .tuple(
    fc.array(fc.tuple(key, value), { maxLength: 6 }).map(entries),
    fc.infiniteStream(fc.constantFrom('', '', '', ' ', '\t', '  ', '\r')),
    fc.boolean(),
    fc.boolean(),
  )
  .map(([object, spaces, spaced, ascii]) => {
    const space = spaced ? () => String(spaces.next().value) : () => '';
    return write(object, space, ascii ? asciiOnly : JSON.stringify);
  });

describe('JSON Lines', () => {
  it('reads what JSON.parse reads, in blocks and fragments cut anywhere, whichever way a line goes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 12 }),
        fc.constantFrom('\n', '\r\n', '\n\n', '\n \t\n'),
        fc.boolean(),
        async (lines, newline, last) => {
          const text = lines.join(newline) + (last && lines.length > 0 ? newline : '');
          const byKernel = await readText(small, text, PATHS);
          const byParser = await readText(strict, text, PATHS);
          expect(byKernel).toEqual(byParser);
          expect(await readText(jsonlReader, text, PATHS)).toEqual(byParser);
          const parsed = lines.map((each) => JSON.parse(each) as unknown);
          for (const [j, path] of PATHS.entries()) {
            const plain = parsed.map((row) => at(row, path));
            // nested texts keep their escapes and their doubled keys: compared by what they say
            const says = byKernel[j]?.map((cell, row) =>
              typeof plain[row] === 'object' && cell !== null ? JSON.stringify(JSON.parse(cell)) : cell,
            );
            expect(says).toEqual(plain.map(expected));
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('keeps values as they stand', async () => {
    const rows: [string, string | null][] = [
      ['1.10', '1.10'], ['00.5'.slice(1), '0.5'], ['1e5', '1e5'], ['1E+05', '1E+05'], ['-0', '-0'], ['-0.0', '-0.0'],
      ['12345678901234567890123', '12345678901234567890123'], ['true', 'true'], ['false', 'false'], ['null', null], ['""', ''],
      ['"\\u0041\\u00e9\\u6f22"', 'Aé漢'], ['"\\ud83d\\ude00"', '😀'], ['"\\uD83D\\uDE00"', '😀'], ['"\\ud83d"', '\ufffd'], ['"\\ude00x"', '\ufffdx'],
      ['"\\ud83d\\ud83d\\ude00"', '\ufffd😀'], ['"\\ud83d\\n"', '\ufffd\n'], ['"\\ud83d\\u0041"', '\ufffdA'], ['"\\u0000"', '\u0000'], ['"\\/\\b\\f\\n\\r\\t\\"\\\\"', '/\b\f\n\r\t"\\'],
      ['[ ]', '[]'], ['{ }', '{}'], ['[1 , 2.0 ,\t"a  b" ]', '[1,2.0,"a  b"]'], ['{"b" : 1, "a" : {"x" : "\\u0041\\ud800 \\" y"} }', '{"b":1,"a":{"x":"\\u0041\\ud800 \\" y"}}'],
      ['{"b":1,"b":2}', '{"b":1,"b":2}'], [`${'['.repeat(70)}${']'.repeat(70)}`, `${'['.repeat(70)}${']'.repeat(70)}`],
      [`${'[ '.repeat(64)}${']'.repeat(64)}`, `${'['.repeat(64)}${']'.repeat(64)}`], ['"\ufeff"', '\ufeff'],
    ]; // prettier-ignore
    const text = rows.map(([source]) => `{"v": ${source} ,"w":1}\n`).join('');
    for (const reader of [jsonlReader, small, strict])
      expect((await readText(reader, text, [['v']]))[0]).toEqual(rows.map(([, wanted]) => wanted));
  });

  it('of a key that comes twice takes the last value, as JSON.parse does', async () => {
    const text =
      '{"a":1,"a":"x"}\n{"a":1,"a":null}\n{"a":{"b":1},"a":{"c":2}}\n{"a":{"b":1},"a":5}\n{"a":{"b":1,"b":2}}\n{"\\u0061":7,"a":8}\n{"a":8,"\\u0061":7}';
    for (const reader of [jsonlReader, strict]) {
      expect(await readText(reader, text, [['a'], ['a', 'b']])).toEqual([
        ['x', null, '{"c":2}', '5', '{"b":1,"b":2}', '8', '7'],
        [null, null, null, null, '2', null, null],
      ]);
    }
  });

  it('refuses whatever JSON.parse refuses, by row and line, whichever way, and takes the rest', async () => {
    const odd = [
      '{"a":[1,]}', '{"a":01}', '{"a":1,}', '{"a":+1}', '{"a":tru}', '{a:1}', '{"a":1.}', '{"a":.5}', '{"a":"\t"}', '[1]', '"x"', '1', 'null',
      '{"a":1}x', '{"a":1', '{"a":-}', '{"a":1e}', '{"a":1e+}', '{"a":NaN}', '{"a":Infinity}', '{"a":"x}', '{"a" 1}', '{"a"::1}', '{"a":1 "b":2}',
      '{,"a":1}', '{"a":1,,"b":2}', "{'a':1}", '{"a":"\\x"}', '{"a":"\\u12"}', '{"a":"\\u12g4"}', '{"a":"\\ud83d\\u12"}', '{"x":"\\x"}', '{"x":"\\u12"}', '{"a":[}', '{"a":[1}', '{"a":{]}',
      '{"a":{"b"}}', '{"a":{"b":}}', '{"a":{1:2}}', '{"x":[1 2]}', '{"x":{"b":1,}}', '{"x":[,1]}', '{"x":["a":1]}', '{"a":1}{"a":2}', '{"a":1} // c', '{/**/"a":1}',
      '{"a":truefalse}', '{"a":nullx}', '{"a":1a}', '{"a":--1}', '{"a":0x1}', '{"a":1_000}', '{"a":\u00a01}', '\ufeff{"a":1}', '{"a":"\u0000"}', '{"a":\u000b1}', '{"a":[[[[]]]}', '}', '{', '{"', '{"a', '{"a\\', '{"a":"\\', '{"a":1}}', '{"a":1}]',
      '{"a":[1}}', '{"a":{"b":1]}', '{"x":[[1}]}', '{"a":\\u0031}', '{"\\ua":1}', '{"x":{"\\q":1}}', '{"a":undefined}', '{"a":True}', '{"a":None}', '{"a":"a"b"}',
    ]; // prettier-ignore
    for (const bad of odd) {
      for (const reader of [jsonlReader, small, strict]) {
        const read = readText(reader, `{"a":"é"}\n\n{"a":2}\n${bad}\n{"a":3}\n`, [['a'], ['b']], 'posts.jsonl');
        await expect(read, bad).rejects.toThrow(/^posts\.jsonl: row 3 \(line 4\) is not (valid JSON|a JSON object)/);
        await expect(read, bad).rejects.toMatchObject({ code: 'badData' });
        const message = await read.catch(String);
        expect(message).not.toContain('é');
      }
    }
  });

  it('names row and line of a broken row in a later fragment', async () => {
    const lines = Array.from({ length: 60 }, (_, row) => `{"id":${row}}`);
    lines[57] = '{"id":57';
    await expect(readText(small, lines.join('\n'), [['id']], 'p.jsonl')).rejects.toThrow(
      /^p\.jsonl: row 58 \(line 58\) /,
    );
  });

  it('refuses bytes that are not UTF-8 by row and byte, and says how to convert', async () => {
    const latin1 = Uint8Array.from('{"a":"ok"}\n{"a":"caf\u00e9"}\n{"a":1}\n', (char) => char.charCodeAt(0));
    for (const reader of [jsonlReader, small, strict]) {
      await expect(readText(reader, latin1, [['a']], 'old.jsonl')).rejects.toThrow(
        'old.jsonl: row 2 (line 2) is not UTF-8 (byte 20 of the text); convert the file to UTF-8 first, for example with iconv -f windows-1252 -t utf-8.',
      );
    }
  });

  it('refuses UTF-16 and UTF-32 by name', async () => {
    const wide = new Uint8Array(Buffer.from('\ufeff{"a":1}\n{"a":2}\n', 'utf16le'));
    await expect(readText(jsonlReader, wide, [['a']])).rejects.toThrow(
      /rows\.txt is utf-16, .*iconv -f utf-16 -t utf-8/,
    );
    await expect(readText(jsonlReader, wide.subarray(2), [['a']])).rejects.toThrow(/utf-16le/);
    await expect(readText(jsonlReader, Uint8Array.of(0xff, 0xfe, 0, 0, 65, 0, 0, 0), [['a']])).rejects.toThrow(
      /utf-32/,
    );
  });

  it('passes over a byte order mark and blank lines; an empty file has no rows', async () => {
    expect(await readText(jsonlReader, '\ufeff{"a":1}\n\n  \n{"a":2}', [['a']])).toEqual([['1', '2']]);
    expect(await readText(small, '\ufeff\n\r\n{"a":1}\n\n', [['a']])).toEqual([['1']]);
    expect(await readText(jsonlReader, '', [['a']])).toEqual([[]]);
    expect(await readText(jsonlReader, '\n\n \n', [['a']])).toEqual([[]]);
  });

  it('reads a line longer than the window alone, up to the longest allowed', async () => {
    const long = 'x'.repeat(5000);
    const text = `{"a":"1"}\n{"a":"${long}","b":[ 1 ]}\n{"a":"3","b":"${long}"}\n{"a":null}\n`;
    const reader = jsonlReaderWith(smallOptions({ fragmentBytes: 1 << 20 }));
    const { columns, batches, arrowBytes } = await readAll(
      reader,
      await memoryWorld([{ name: 'a', bytes: encoder.encode(text) }]),
      [['a'], ['b']],
    );
    expect(columns).toEqual([
      ['1', long, '3', null],
      [null, '[1]', long, null],
    ]);
    expect(batches).toEqual([1, 1, 1, 1]);
    expect(arrowBytes).toEqual([5002 + 32 + 1, 5003 + 32 + 2]);
    await expect(readText(reader, `{"a":1}\n{"a":"${'x'.repeat(10_001)}"}\n`, [['a']])).rejects.toThrow(
      /row 2 \(line 2\) is longer than 0\.01 MB/,
    );
    await expect(readText(small, `{"a":1}\n{"a":"${'x'.repeat(20_000)}"}\n`, [['a']])).rejects.toThrow(
      /row 2 .* is longer/,
    );
  });

  it('checks a line longer than the window without building it, however it is nested', async () => {
    const reader = jsonlReaderWith(smallOptions({ fragmentBytes: 1 << 20 }));
    const pad = 'y'.repeat(100);
    const line = `{"\\u0061":{"b" : "${pad}", "x":[ 1 , {"a b":" "} ]},"b":-1.50,"pad":"${pad}"}`;
    expect(await readText(reader, `${line}\n{"b":1}\n`, [['a', 'b'], ['a'], ['b']])).toEqual([
      [pad, null],
      [`{"b":"${pad}","x":[1,{"a b":" "}]}`, null],
      ['-1.50', '1'],
    ]);
    expect(await readText(reader, `{"a":1}\n${' '.repeat(200)}\n{"a":2}\n`, [['a']])).toEqual([['1', '2']]);
    const deep = `{"a":${'['.repeat(100)}${']'.repeat(100)}}`;
    for (const bad of [deep, `[${line}]`, `${line}}`, `${line.slice(0, -1)}`])
      await expect(readText(reader, `{"a":1}\n${bad}\n`, [['a']])).rejects.toThrow(
        /row 2 \(line 2\) is not a JSON object, or nested deeper than 64 levels/,
      );
  });

  it('cuts files into fragments that cover each row once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(40), { maxLength: 60 }),
        fc.integer({ min: 1, max: 90 }),
        async (sizes, fragmentBytes) => {
          const text = sizes.map((size, row) => `{"id":${row},"t":"${'é'.repeat(size)}"}\n`).join('');
          const reader = jsonlReaderWith(smallOptions({ fragmentBytes, windowBytes: 200 }));
          expect(await readText(reader, text, [['id']])).toEqual([sizes.map((_, row) => String(row))]);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('says of a file longer than its sample that later keys are looked for where they are named', async () => {
    const text = '{"id":1,"text":"some text here"}\n'.repeat(40_000);
    expect((await describeText(jsonlReader, text)).notices).toEqual([
      'its columns are the keys of its first 1 MB; a key that comes later is looked for where it is named.',
    ]);
    expect((await describeText(jsonlReader, '\ufeff{"id":1}')).notices).toEqual([]);
  });

  it('describes a file whose first line has 14 MB', async () => {
    const texts = Array.from({ length: 14 }, (_, j) => [`key ${j}`, String.fromCharCode(97 + j).repeat(1_000_000)]);
    const { columns, notices } = await describeText(jsonlReader, `${JSON.stringify(Object.fromEntries(texts))}\n`);
    expect(columns.map(({ name }) => name)).toEqual(texts.map(([key]) => key));
    expect(notices).toEqual([]);
  });

  it('gives batches of at most 65,536 rows from memory that does not grow', async () => {
    const text = '{"a":1}\n'.repeat(300_000);
    const { batches, kernelBytes, columns } = await readAll(
      jsonlReader,
      await memoryWorld([{ name: 'a', bytes: encoder.encode(text) }]),
      [['a']],
    );
    expect(columns[0]?.length).toBe(300_000);
    expect(Math.max(...batches)).toBe(65_536);
    expect(kernelBytes).toBeLessThan(16 << 20);
  });

  it('gives partition columns as constants, columns the file lacks as nulls, and a column asked for twice twice', async () => {
    const files = [
      { name: 'day=1/a.jsonl', bytes: encoder.encode('{"a":1}\n{"a":2}\n'), partition: { day: '2024-09-09' } },
      { name: 'day=2/b.jsonl', bytes: encoder.encode('{"a":3,"b":"x"}\n'), partition: { day: null } },
      { name: 'day=3/c.jsonl', bytes: encoder.encode('{"a":4,"day":"in the file"}\n'), partition: { day: 'é' } },
    ];
    const { columns, arrowBytes } = await readAll(jsonlReader, await memoryWorld(files, ['day']), [
      ['a'],
      ['day'],
      ['b'],
      ['a'],
    ]);
    expect(columns).toEqual([
      ['1', '2', '3', '4'],
      ['2024-09-09', '2024-09-09', null, 'é'],
      [null, null, 'x', null],
      ['1', '2', '3', '4'],
    ]);
    expect(arrowBytes).toEqual([12 + 8 + 8 + 4, 12 + 8 + 8 + 20 + 2 + 1, 12 + 8 + 8 + 1 + 1 + 1, 12 + 8 + 8 + 4]);
  });
});
