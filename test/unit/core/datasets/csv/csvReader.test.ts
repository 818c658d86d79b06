import fc from 'fast-check';
import Papa from 'papaparse';
import { describe, expect, it } from 'vitest';
import { csvReader, csvReaderWith } from '../../../../../src/core/datasets/csv/csvReader.ts';
import { describeText, memoryWorld, readAll, readText, smallOptions } from '../textReading.ts';

const small = csvReaderWith(smallOptions({ windowBytes: 600, blockBytes: 37 }));
const strict = csvReaderWith(smallOptions({ strictOnly: true, windowBytes: 600 }));
const encoder = new TextEncoder();

const cell = fc.option(
  fc.string({ unit: fc.constantFrom('a', 'plain words here', 'é', '漢', '😀', '"', '\n', '\r\n', '\t', ' ', ',', ';', '|', '\u2028', '\ufeff', '\0'), maxLength: 8 }),
  { freq: 6 },
); // prettier-ignore

/** A cell as a writer might put it: quoted where it must be, or anyway. */
function written(value: string | null, delimiter: string, quoteAll: boolean): string {
  if (value === null) return '';
  const must = value === '' || value.startsWith('"') || value.includes(delimiter) || /[\n\r]/.test(value);
  return must || quoteAll ? `"${value.replaceAll('"', '""')}"` : value;
}

describe('CSV', () => {
  it('reads what was written, in blocks cut anywhere, whichever way a record goes, and as papaparse does', async () => {
    const table = fc.array(fc.tuple(cell, cell, cell), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(
        table,
        fc.constantFrom(',', ';', '\t', '|'),
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        fc.boolean(),
        async (rows, delimiter, newline, quoteAll, last) => {
          const kept = rows.filter((row) => row.some((value) => value !== null));
          const lines = kept.map((row) => row.map((value) => written(value, delimiter, quoteAll)).join(delimiter));
          const text = [`a${delimiter}"b ""x"""${delimiter}ключ`, ...lines].join(newline) + (last ? newline : '');
          const wanted = [['ключ'], ['b "x"'], ['nowhere']];
          const columns = [kept.map((row) => row[2]), kept.map((row) => row[1]), kept.map(() => null)];
          const reads = [small, strict, csvReader].map((reader) => readText(reader, text, wanted));
          expect(await Promise.all(reads)).toEqual([columns, columns, columns]);
          const papa = Papa.parse<string[]>(text, { delimiter, newline, skipEmptyLines: true }).data.slice(1);
          expect(papa.map((row) => row[1])).toEqual(columns[1]?.map((value) => value ?? ''));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('keeps cells as they stand; an empty one is null, "" is empty text', async () => {
    const text =
      'v,w\n1.10,x\n00123,x\n ,x\n,x\n"",x\n" a ",x\n-0,x\nNULL,x\n5" pipe,x\na""b,x\n""" q",x\n"x"  ,x\n"a\r\nb",x\n"é, 😀",x\n';
    const wanted = [
      '1.10',
      '00123',
      ' ',
      null,
      '',
      ' a ',
      '-0',
      'NULL',
      '5" pipe',
      'a""b',
      '" q',
      'x',
      'a\r\nb',
      'é, 😀',
    ];
    for (const reader of [csvReader, small, strict]) expect(await readText(reader, text, [['v']])).toEqual([wanted]);
  });

  it('finds the delimiter with respect for quotes; a comma where nothing divides', async () => {
    const delimiterOf = async (text: string, name = 'a.csv') =>
      (await describeText(csvReader, text, name)).csv?.delimiter;
    expect(await delimiterOf('a,b\n1,2\n')).toBe(',');
    expect(await delimiterOf('a;b\n"1,5";"2,5"\n3,5;4,5\n')).toBe(';');
    expect(await delimiterOf('a\tb\n1,2\t3,4\n')).toBe('\t');
    expect(await delimiterOf('a|b|c\n"x;y;z"|1|2\n')).toBe('|');
    expect(await delimiterOf('"a;b;c",d\n"1;2;3",4\n')).toBe(',');
    expect(await delimiterOf('a,b|c\n1,2|3\n', 'a.tsv')).toBe(',');
    expect(await delimiterOf('a,b\tc,d\n1,2\t3,4\n', 'a.tsv')).toBe('\t');
    expect(await delimiterOf('a,b\tc,d\n1,2\t3,4\n', 'a.tsv.gz')).toBe('\t');
    expect(await delimiterOf('name\nx;y\nz\n')).toBe(',');
    expect(await delimiterOf('name')).toBe(',');
    expect(await delimiterOf('a;b')).toBe(';');
  });

  it('describes the columns of the header, with guesses from the first rows', async () => {
    const text =
      '\ufeffid,price,ok,day,at,name,none\r\n1,1.5,true,2024-09-09,2024-09-09T01:02:03Z,x,\r\n,2,FALSE,2024-09-10,2024-09-09 01:02,"y\nz",\r\n';
    const { columns, rows, identity } = await describeText(csvReader, text);
    expect(columns.map(({ name, type }) => [name, type])).toEqual([
      ['id', { kind: 'cell', guess: 'int' }],
      ['price', { kind: 'cell', guess: 'float' }],
      ['ok', { kind: 'cell', guess: 'bool' }],
      ['day', { kind: 'cell', guess: 'date' }],
      ['at', { kind: 'cell', guess: 'timestamp' }],
      ['name', { kind: 'cell', guess: 'text' }],
      ['none', { kind: 'cell' }],
    ]);
    expect(rows).toBeNull();
    expect(identity).toEqual({ from: 0, to: encoder.encode(text).length });
    expect((await describeText(csvReader, 'a,b\n')).columns.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it('passes over blank lines; in a file of one column they are null rows, but for those at the end', async () => {
    for (const reader of [csvReader, small, strict]) {
      expect(await readText(reader, '\n\na,b\n\n1,2\r\n\r\n\n3,4\n\n\r\n', [['b']])).toEqual([['2', '4']]);
      expect(await readText(reader, 'a,b\n', [['b']])).toEqual([[]]);
      expect(await readText(reader, 'a,b', [['b']])).toEqual([[]]);
    }
    for (const reader of [csvReader, small]) {
      expect(await readText(reader, 'a\n1\n\n\r\n"x\n\n"\n\n', [['a']])).toEqual([['1', null, null, 'x\n\n']]);
      expect(await readText(reader, 'a\r\n\r\n1\r\n\r\n\r\n', [['a']])).toEqual([[null, '1']]);
      expect(await readText(reader, 'a\n\n\n', [['a']])).toEqual([[]]);
    }
  });

  it.each(
    (
      [
        ['', /the file is empty; a CSV file begins with a row of column names/],
        ['\n\n', /the file is empty/],
        ['a,b,a\n1,2,3\n', /the header row names the column "a" twice/],
        ['a,,column2\n1,2,3\n', /the header row names the column "column2" twice/],
        ['a,"b\n1,2\n', /the header row is not complete: a quote stays open/],
        ['a,b\n1,2\n\n3\n', /^bad\.csv: row 2 \(line 4\) has 1 field where the header has 2 fields\.$/],
        ['a,b\n1,"x\ny"\n3,4,5\n', /^bad\.csv: row 2 \(line 4\) has 3 fields where the header has 2 fields\.$/],
        ['a,b\n1,"2"x\n', /^bad\.csv: row 1 \(line 2\) has text behind the closing quote of field 2/],
        ['a,b\n1,"2" "x"\n', /row 1 \(line 2\) has text behind the closing quote/],
        [
          'a,b\n1,2\n"3,4\n5,6\n',
          /^bad\.csv: row 2 \(line 3\) opens a quote that is never closed: the file ends inside it\.$/,
        ],
        ['a,b\n1,2\n3,"4', /row 2 \(line 3\) opens a quote that is never closed/],
        ['a,b\r1,2\r3,4\r', /carriage return alone.*old Macs/],
        ['a,b\n1,2\r3,4\r5,6', /row 1 \(line 2\) has a carriage return alone/],
        ['a\n1\n2\r3\n', /row 2 \(line 3\) has a carriage return alone/],
        [`a,b\n1,2${',3'.repeat(100_000)}\n`, /row 1 \(line 2\) (has more than 100000 fields|is longer than 0\.01 MB)/],
        [`a${',b'.repeat(100_000)}\n`, /the header row has more than 100000 fields/],
      ] as const
    ).map(([text, sentence]) => [JSON.stringify(text).slice(0, 40), text, sentence] as const),
  )('refuses %s in one sentence', async (_, text, sentence) => {
    for (const reader of [csvReader, small, strict]) {
      const read = readText(reader, text, [['a']], 'bad.csv');
      await expect(read).rejects.toThrow(sentence);
      await expect(read).rejects.toMatchObject({ code: 'badData' });
    }
  });

  it('refuses bytes that are not UTF-8 by row and byte, and UTF-16 by name', async () => {
    const latin1 = Uint8Array.from('a,b\n1,ok\n2,"caf\u00e9"\n3,x\n', (char) => char.charCodeAt(0));
    for (const reader of [csvReader, small, strict])
      await expect(readText(reader, latin1, [['a']], 'old.csv')).rejects.toThrow(
        'old.csv: row 2 (line 3) is not UTF-8 (byte 15 of the text); convert the file to UTF-8 first, for example with iconv -f windows-1252 -t utf-8.',
      );
    const head = Uint8Array.from('a,b\u00e9\n1,2\n', (char) => char.charCodeAt(0));
    await expect(describeText(csvReader, head)).rejects.toThrow(/the header row is not UTF-8 \(byte 3 of the text\)/);
    const wide = new Uint8Array(Buffer.from('\ufeffa,b\n1,2\n', 'utf16le'));
    for (const text of [wide, wide.subarray(2)]) {
      await expect(readText(csvReader, text, [['a']])).rejects.toThrow(/is utf-16/);
      await expect(describeText(csvReader, text)).rejects.toThrow(/is utf-16/);
    }
  });

  it('says of a quote that stays open for longer than a record may be where it opens, and stops there', async () => {
    const text = `a,b\n1,2\n3,"${'x,y\n'.repeat(20_000)}`;
    let read = 0;
    const world = await memoryWorld([{ name: 'a.csv', bytes: encoder.encode(text) }]);
    const source = world.sources.get('a.csv');
    if (source === undefined) throw new Error('no source');
    const { read: inner } = source;
    Object.assign(source, {
      read: (offset: number, length: number, signal: AbortSignal, into?: Uint8Array) => (
        (read = Math.max(read, offset)),
        inner(offset, length, signal, into)
      ),
    });
    await expect(readAll(small, world, [['a']])).rejects.toThrow(
      /^a\.csv: row 2 \(line 3\) is longer than 0\.01 MB, the most one record may have; perhaps a quote that it opens is never closed\.$/,
    );
    expect(read).toBeLessThan(20_000);
  });

  it("takes Excel's first line for the delimiter, and passes over it", async () => {
    for (const [text, delimiter] of [
      ['sep=;\na;b,c\n1;2,3\n', ';'],
      ['\ufeffsep=,\r\n"a","b,c"\r\n"1","2,3"\r\n', ','],
      ['SEP=|\n\na|b,c\n1|2,3\n', '|'],
    ] as const) {
      const { columns, csv } = await describeText(csvReader, text);
      expect([csv?.delimiter, ...columns.map(({ name }) => name)]).toEqual([delimiter, 'a', 'b,c']);
      expect(await readText(csvReader, text, [['a'], ['b,c']])).toEqual([['1'], ['2,3']]);
    }
    expect((await describeText(csvReader, 'sep=;,b\n1,2\n')).columns.map(({ name }) => name)).toEqual(['sep=;', 'b']);
  });

  it('calls a column without a name by its number, and says so', async () => {
    const text = ',id,""\n0,a,x\n1,b,y\n';
    const { columns, notices } = await describeText(csvReader, text);
    expect(columns.map(({ name }) => name)).toEqual(['column1', 'id', 'column3']);
    expect(notices).toEqual([
      'column 1 has no name in the header and is called "column1".',
      'column 3 has no name in the header and is called "column3".',
    ]);
    expect(await readText(csvReader, text, [['column1'], ['id'], ['column3']])).toEqual([
      ['0', '1'],
      ['a', 'b'],
      ['x', 'y'],
    ]);
  });

  it('describes a header of several megabytes', async () => {
    const names = Array.from({ length: 70_000 }, (_, j) => `a column with a long name ${j}`.padEnd(50, '.'));
    const { columns } = await describeText(csvReader, `${names.join(',')}\n`);
    expect(columns.map(({ name }) => name)).toEqual(names);
  });

  it('reads a record longer than the window alone', async () => {
    const long = 'word, "" '.repeat(500);
    const text = `a,b\n1,"${long}"\n2,\n3,"${long}"\n`;
    const says = long.replaceAll('""', '"');
    const { columns, batches } = await readAll(small, await memoryWorld([{ name: 'a', bytes: encoder.encode(text) }]), [
      ['b'],
      ['a'],
    ]);
    expect(columns).toEqual([
      [says, null, says],
      ['1', '2', '3'],
    ]);
    expect(batches).toEqual([1, 1, 1]);
  });

  it('takes the columns of each file by its own header', async () => {
    const files = ['a,b\n1,2\n', 'b;a\n"3";4\n', 'c\n5\n'].map((text, k) => ({
      name: `${k}.csv`,
      bytes: encoder.encode(text),
    }));
    expect((await readAll(csvReader, await memoryWorld(files), [['a'], ['b'], ['c']])).columns).toEqual([
      ['1', '4', null],
      ['2', '3', null],
      [null, null, '5'],
    ]);
  });

  it('counts Arrow bytes: offsets, text, and a bitmap where there are nulls', async () => {
    const world = await memoryWorld([{ name: 'a', bytes: encoder.encode('a,b\nxy,\nz,é\n') }]);
    expect((await readAll(csvReader, world, [['a'], ['b']])).arrowBytes).toEqual([12 + 3, 12 + 2 + 1]);
  });
});
