import { parquetHeader } from 'hyparquet/src/column.js';
import { CUT_SHORT, thriftEnd } from './thriftEnd.ts';

type Raw = ReturnType<typeof parquetHeader>;

/** A page's header, checked: sizes are not negative, counts are numbers. */
export interface PageHeader {
  readonly kind: 'data' | 'dictionary' | 'other';
  readonly version: 1 | 2;
  readonly headerBytes: number;
  readonly packedBytes: number;
  readonly unpackedBytes: number;
  /** Unsigned CRC-32 of the page as it is stored, or null. */
  readonly crc: number | null;
  /** Rows of a data page of a flat column, nulls included, or values of a dictionary. */
  readonly values: number;
  readonly encoding: string;
  readonly levelEncoding: string;
  /** Version 2: bytes of levels in front, never compressed. */
  readonly repetitionBytes: number;
  readonly definitionBytes: number;
  readonly isPacked: boolean;
}

function count(value: unknown, what: string): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0)
    throw new Error(`a page header without ${what}`);
  return value;
}

/** The header at `at`, or null if it does not end in these bytes. */
export function readPageHeader(bytes: Uint8Array, at: number): PageHeader | null {
  const end = thriftEnd(bytes, at);
  if (end === CUT_SHORT) return null;
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: at };
  const header = parquetHeader(reader);
  const v1 = header.type === 'DATA_PAGE' ? header.data_page_header : undefined;
  const v2 = header.type === 'DATA_PAGE_V2' ? header.data_page_header_v2 : undefined;
  const dictionary = header.type === 'DICTIONARY_PAGE' ? header.dictionary_page_header : undefined;
  return {
    ...sizesOf(header),
    ...contentOf(v1 ?? v2, dictionary),
    version: v2 === undefined ? 1 : 2,
    headerBytes: end - at,
    levelEncoding: v1?.definition_level_encoding ?? 'RLE',
    repetitionBytes: v2 === undefined ? 0 : count(v2.repetition_levels_byte_length, 'its levels'),
    definitionBytes: v2 === undefined ? 0 : count(v2.definition_levels_byte_length, 'its levels'),
    isPacked: v2?.is_compressed ?? true,
  };
}

function sizesOf(header: Raw): Pick<PageHeader, 'packedBytes' | 'unpackedBytes' | 'crc'> {
  return {
    packedBytes: count(header.compressed_page_size, 'its size'),
    unpackedBytes: count(header.uncompressed_page_size, 'its size'),
    crc: typeof header.crc === 'number' ? header.crc >>> 0 : null,
  };
}

type Content = Raw['data_page_header'] | Raw['data_page_header_v2'];

function contentOf(
  data: Content,
  dictionary: Raw['dictionary_page_header'],
): Pick<PageHeader, 'kind' | 'values' | 'encoding'> {
  const known = data ?? dictionary;
  if (known === undefined) return { kind: 'other', values: 0, encoding: 'unknown' };
  return {
    kind: data === undefined ? 'dictionary' : 'data',
    values: count(known.num_values, 'its count'),
    encoding: known.encoding ?? 'unknown',
  };
}
