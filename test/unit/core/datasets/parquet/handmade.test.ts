import type { SchemaElement } from 'hyparquet';
import { describe, expect, test } from 'vitest';
import { isTrancheError } from '../../../../../src/core/errors.ts';
import type { HandmadePage } from './handmadeParquet.ts';
import { handmadeParquet, plainTexts } from './handmadeParquet.ts';
import { parquetInMemory, readColumns } from './readParquet.ts';

const TEXT: Partial<SchemaElement> = { converted_type: 'UTF8' };

async function texts(bytes: Uint8Array): Promise<(string | null)[]> {
  const read = await readColumns(await parquetInMemory(bytes), [['a']]);
  return read.columns[0] ?? [];
}

async function sentence(bytes: Uint8Array): Promise<string> {
  try {
    const read = await texts(bytes);
    return `read ${read.length} rows`;
  } catch (error) {
    if (!isTrancheError(error)) throw error;
    return error.message;
  }
}

function u32(...numbers: number[]): Buffer {
  const out = Buffer.alloc(4 * numbers.length);
  numbers.forEach((number, i) => out.writeUInt32LE(number, 4 * i));
  return out;
}

const two = plainTexts('one', 'zwei');

describe('what writers do that others do not', () => {
  test('deprecated bit-packed levels are read', async () => {
    const page: HandmadePage = {
      values: 10,
      levelEncoding: 'BIT_PACKED',
      body: Buffer.concat([Buffer.from([0b10100000, 0b01000000]), plainTexts('a', 'b', 'c')]),
    };
    const read = await texts(handmadeParquet(10, { ...TEXT, repetition_type: 'OPTIONAL' }, [page]));
    expect(read).toEqual(['a', null, 'b', null, null, null, null, null, null, 'c']);
  });

  test('index pages and empty pages are passed over', async () => {
    const pages: HandmadePage[] = [
      { kind: 'index', values: 0, body: Buffer.alloc(9) },
      { values: 0, body: Buffer.alloc(0) },
      { values: 2, body: two },
      { values: 0, body: Buffer.alloc(0) },
      { values: 1, body: plainTexts('') },
    ];
    expect(await texts(handmadeParquet(3, TEXT, pages))).toEqual(['one', 'zwei', '']);
  });

  test('Parquet intervals keep their months, days and milliseconds', async () => {
    const element: Partial<SchemaElement> = {
      type: 'FIXED_LEN_BYTE_ARRAY',
      type_length: 12,
      converted_type: 'INTERVAL',
    };
    const file = handmadeParquet(2, element, [{ values: 2, body: u32(14, 3, 4500, 0, 0, 0) }]);
    const [some] = await texts(file);
    expect(some).toContain('P');
    expect(some).toContain('3D');
    expect(some).toContain('4.500S');
  });

  test('timestamps beyond the years that nanoseconds reach are an error, not another date', async () => {
    const day = (julian: number) => Buffer.concat([Buffer.alloc(8), u32(julian)]);
    const int96 = (...julian: number[]) =>
      handmadeParquet(julian.length, { type: 'INT96' }, [
        { values: julian.length, body: Buffer.concat(julian.map(day)) },
      ]);
    expect(await texts(int96(2440588, 2440588 - 106751, 2440588 + 106751))).toEqual([
      '1970-01-01T00:00:00.000000000',
      '1677-09-22T00:00:00.000000000',
      '2262-04-11T00:00:00.000000000',
    ]);
    expect(await sentence(int96(2440588 - 106752))).toContain('1677');
    expect(await sentence(int96(2440588 + 106752))).toContain('1677');
    expect(await sentence(int96(0))).toContain('row group 1');
  });

  test('decimals of any length in bytes are read, those too long for their type refused', async () => {
    const element: Partial<SchemaElement> = { converted_type: 'DECIMAL', precision: 10, scale: 2 };
    const file = (...values: number[][]) =>
      handmadeParquet(values.length, element, [
        { values: values.length, body: plainTexts(...values.map((v) => Uint8Array.from(v))) },
      ]);
    expect(await texts(file([1, 0], [0xff], [], [0, 0, 0, 5]))).toEqual(['2.56', '-0.01', '0.00', '0.05']);
    const long = [...Array<number>(9).fill(255), ...Array<number>(16).fill(255)];
    expect(await texts(file(long))).toEqual(['-0.01']);
    expect(await sentence(file([1, ...Array<number>(16).fill(0)]))).toContain('too many digits');
    expect(await sentence(file([0, 255, ...Array<number>(15).fill(0)]))).toContain('too many digits');
  });
});

describe('text that is not UTF-8', () => {
  const halves = [Uint8Array.from([0x61, 0xc3]), Uint8Array.from([0xa4, 0x62])];

  test.each([
    ['in a value', [Uint8Array.from([0xff])]],
    ['where it is whole only across two values', halves],
    ['at the end of a page', [Uint8Array.from([0x61]), Uint8Array.from([0xe4, 0xb8])]],
  ])('is an error %s', async (_, values) => {
    const file = handmadeParquet(values.length, TEXT, [{ values: values.length, body: plainTexts(...values) }]);
    expect(await sentence(file)).toMatch(/rows\.parquet, column "a", row group 1.*UTF-8/);
  });

  test('is an error in a dictionary', async () => {
    const pages: HandmadePage[] = [
      { kind: 'dictionary', values: 2, body: plainTexts(...halves) },
      { values: 1, encoding: 'RLE_DICTIONARY', body: Uint8Array.from([1, 2, 0]) },
    ];
    expect(await sentence(handmadeParquet(1, TEXT, pages))).toContain('UTF-8');
  });

  test('is fine where the column does not say it is text: base64', async () => {
    expect(await texts(handmadeParquet(2, {}, [{ values: 2, body: plainTexts(...halves) }]))).toEqual(['YcM=', 'pGI=']);
  });
});

describe('headers that lie', () => {
  const huge = 2 ** 31 - 1;
  const rle = (value: number, run: number) => Uint8Array.from([run * 2, value]);
  const page: HandmadePage = { values: 2, body: two };
  const cases: [string, Uint8Array][] = [
    ['more rows than there are', handmadeParquet(5, TEXT, [page])],
    ['fewer rows than there are', handmadeParquet(1, TEXT, [page])],
    ['a page of two thousand million values', handmadeParquet(huge, TEXT, [{ values: huge, body: two }])],
    ['a negative count', handmadeParquet(2, TEXT, [{ values: -2, body: two }])],
    ['a page longer than its column', handmadeParquet(2, TEXT, [{ ...page, packedBytes: 1 << 20 }])],
    ['a page that unpacks to a gigabyte', handmadeParquet(2, TEXT, [{ ...page, unpackedBytes: 1 << 30 }], 'ZSTD')],
    [
      'a page that unpacks to more than a gigabyte',
      handmadeParquet(2, TEXT, [{ ...page, unpackedBytes: huge }], 'SNAPPY'),
    ],
    ['a negative size', handmadeParquet(2, TEXT, [{ ...page, packedBytes: -1 }])],
    ['a value longer than its page', handmadeParquet(1, TEXT, [{ values: 1, body: u32(0xffffffff) }])],
    [
      'levels longer than their page',
      handmadeParquet(2, { ...TEXT, repetition_type: 'OPTIONAL' }, [{ values: 2, body: u32(99, 1) }]),
    ],
    [
      'levels higher than the schema allows',
      handmadeParquet(2, { ...TEXT, repetition_type: 'OPTIONAL' }, [
        { values: 2, body: Buffer.concat([u32(2), rle(3, 2), two]) },
      ]),
    ],
    [
      'a second dictionary',
      handmadeParquet(2, TEXT, [
        { kind: 'dictionary', values: 1, body: plainTexts('x') },
        { kind: 'dictionary', values: 1, body: plainTexts('y') },
        page,
      ]),
    ],
    [
      'a dictionary larger than its page',
      handmadeParquet(1, TEXT, [
        { kind: 'dictionary', values: huge, body: plainTexts('x') },
        { values: 1, encoding: 'RLE_DICTIONARY', body: Uint8Array.from([1, 2, 0]) },
      ]),
    ],
    [
      'an index past the dictionary',
      handmadeParquet(1, TEXT, [
        { kind: 'dictionary', values: 1, body: plainTexts('x') },
        { values: 1, encoding: 'RLE_DICTIONARY', body: Uint8Array.from([1, 2, 1]) },
      ]),
    ],
    [
      'an index width of 200 bits',
      handmadeParquet(1, TEXT, [
        { kind: 'dictionary', values: 1, body: plainTexts('x') },
        { values: 1, encoding: 'RLE_DICTIONARY', body: Uint8Array.from([200, 2, 1]) },
      ]),
    ],
    [
      'no dictionary',
      handmadeParquet(1, TEXT, [{ values: 1, encoding: 'RLE_DICTIONARY', body: Uint8Array.from([1, 2, 0]) }]),
    ],
    [
      'an endless run of nothing',
      handmadeParquet(2, TEXT, [
        { kind: 'dictionary', values: 1, body: plainTexts('x') },
        { values: 2, encoding: 'RLE_DICTIONARY', body: Uint8Array.from([1, 0, 0, 0, 0, 0, 0]) },
      ]),
    ],
    [
      'deltas of a million values a block',
      handmadeParquet(2, TEXT, [
        {
          values: 2,
          encoding: 'DELTA_LENGTH_BYTE_ARRAY',
          body: Uint8Array.from([0x80, 0x80, 0x80, 0x80, 0x08, 1, 2, 0]),
        },
      ]),
    ],
    [
      'no delta blocks',
      handmadeParquet(2, TEXT, [
        { values: 2, encoding: 'DELTA_LENGTH_BYTE_ARRAY', body: Uint8Array.from([0x80, 1, 0, 2, 0]) },
      ]),
    ],
    [
      'an encoding that is not for text',
      handmadeParquet(2, TEXT, [{ values: 2, encoding: 'BYTE_STREAM_SPLIT', body: two }]),
    ],
    [
      'levels of a version 2 page longer than it',
      handmadeParquet(2, { ...TEXT, repetition_type: 'OPTIONAL' }, [
        { kind: 'v2', values: 2, definitionBytes: 5000, body: two },
      ]),
    ],
    ['another checksum', handmadeParquet(2, TEXT, [{ ...page, crc: 1 }])],
    ['a compression nobody knows', handmadeParquet(2, TEXT, [page], 'LZO')],
  ];

  test.each(cases)('%s: one sentence', async (_, file) => {
    const told = await sentence(file);
    expect(told).toMatch(/^rows\.parquet, column "a", row group 1 is not readable as Parquet: [^.]+\./);
  });

  test('a column of an unknown type is refused by name, and only when it is asked for', async () => {
    const file = handmadeParquet(2, { converted_type: 'DECIMAL', precision: 99, scale: 2 }, [page]);
    const opened = await parquetInMemory(file);
    expect(opened.description.columns).toHaveLength(1);
    expect((await readColumns(opened, [['other']])).columns[0]).toEqual([null, null]);
    await expect(readColumns(opened, [['a']])).rejects.toMatchObject({
      code: 'notSupported',
      message: expect.stringContaining('"a"') as string,
    });
  });

  test('a run of two thousand million nulls is read in bounded memory as far as one likes', async () => {
    const file = handmadeParquet(huge, { ...TEXT, repetition_type: 'OPTIONAL' }, [
      { values: huge, body: Buffer.concat([u32(6), Uint8Array.from([0xfe, 0xff, 0xff, 0xff, 0x0f, 0])]) },
    ]);
    const opened = await parquetInMemory(file);
    const part = { kind: 'rowGroup', rowGroup: 0, fromRow: 1000, toRow: 200_000 } as const;
    const read = await readColumns(opened, [['a']], [{ file: 0, rows: 199_000, part }]);
    expect(read.columns[0]).toHaveLength(199_000);
    expect(read.kernelBytes).toBeLessThan(16 << 20);
  });
});
