import type { Kernel } from '../../../kernel/kernel.ts';
import type { ByteValues } from './byteValues.ts';
import { dictionaryByteValues, plainByteValues } from './byteValues.ts';
import { deltaJoinedValues, deltaLengthValues } from './deltaByteValues.ts';
import { deltaReader, deltasEnd } from './deltaReader.ts';
import type { Dictionary } from './dictionary.ts';
import type { FixedValues } from './fixedValues.ts';
import {
  deltaFixedValues,
  dictionaryFixedValues,
  fixedFromBytes,
  plainBooleans,
  plainFixedValues,
  runBooleans,
  splitFixedValues,
} from './fixedValues.ts';
import type { FlatLeaf } from './flatLeaf.ts';
import type { NumberSource } from './hybridReader.ts';
import { bitPackedReader, hybridReader } from './hybridReader.ts';
import type { PageHeader } from './pageHeader.ts';
import type { PeekBuffer } from './peekBuffer.ts';
import { peekBuffer } from './peekBuffer.ts';

/** An unpacked data page, taken from the front. */
export interface OpenPage {
  /** Rows not taken yet. */
  left: number;
  /** Definition levels, null where every row has a value. */
  readonly levels: PeekBuffer | null;
  readonly values:
    { readonly kind: 'bytes'; readonly of: ByteValues } | { readonly kind: 'fixed'; readonly of: FixedValues };
  /** Null where all values lie in memory. */
  readonly stream: ValueStream | null;
}

/** Where the values of a page come from that is unpacked while it is read. */
export interface ValueStream {
  /** Brings in the next value at least, if the page has one more. */
  readonly load: () => Promise<void>;
  /** How many of the next `count` values are there. Throws a plain Error if the next is not, though it was loaded. */
  readonly ready: (count: number) => number;
  /** Verifies the rest of the page. */
  readonly finish: () => Promise<void>;
  /** Gives back what it holds. */
  readonly close: () => Promise<void>;
  /** The reads go on under another signal. */
  readonly resume: (signal: AbortSignal) => void;
}

interface Levels {
  readonly source: NumberSource | null;
  readonly valuesAt: number;
}

/** The definition levels in front of a page, of which the values need not be there yet. */
export function readLevels(page: Uint8Array, header: PageHeader, maxDefinition: number): Levels {
  const width = 32 - Math.clz32(maxDefinition);
  if (header.version === 2) {
    const valuesAt = header.repetitionBytes + header.definitionBytes;
    const source = maxDefinition > 0 ? hybridReader(page, header.repetitionBytes, valuesAt, width) : null;
    return { source, valuesAt };
  }
  if (maxDefinition === 0) return { source: null, valuesAt: 0 };
  if (header.levelEncoding === 'BIT_PACKED') {
    const valuesAt = Math.ceil((header.values * width) / 8);
    return { source: bitPackedReader(page, 0, Math.min(valuesAt, page.length), width), valuesAt };
  }
  if (header.levelEncoding !== 'RLE') throw new Error(`levels encoded as ${header.levelEncoding} are not known`);
  const valuesAt = 4 + lengthAt(page, 0);
  if (valuesAt > page.length) throw new Error('a page is shorter than its levels');
  return { source: hybridReader(page, 4, valuesAt, width), valuesAt };
}

function lengthAt(page: Uint8Array, at: number): number {
  if (page.length < at + 4) throw new Error('a page is too short');
  return new DataView(page.buffer, page.byteOffset).getUint32(at, true);
}

function indexes(page: Uint8Array, at: number): NumberSource {
  // A page of nulls alone may have nothing behind its levels.
  return hybridReader(page, at + 1, page.length, page[at] ?? 0);
}

function isDictionaryEncoding(encoding: string): boolean {
  return encoding === 'PLAIN_DICTIONARY' || encoding === 'RLE_DICTIONARY';
}

function notKnown(encoding: string): never {
  throw new Error(`values encoded as ${encoding} are not known here`);
}

function byteValues(
  kernel: Kernel,
  page: Uint8Array,
  at: number,
  encoding: string,
  dictionary: Dictionary | null,
): ByteValues {
  if (encoding === 'PLAIN') return plainByteValues({ bytes: page, at });
  if (isDictionaryEncoding(encoding)) {
    if (dictionary?.kind !== 'bytes') throw new Error('its dictionary is missing');
    return dictionaryByteValues(peekBuffer(indexes(page, at)), dictionary);
  }
  // A page of nulls alone may have nothing behind its levels.
  if (at >= page.length) return plainByteValues({ bytes: page, at });
  if (encoding === 'DELTA_LENGTH_BYTE_ARRAY') {
    const region = { bytes: page, at: deltasEnd(page, at, page.length) };
    return deltaLengthValues(kernel, deltaReader(page, at, page.length), region);
  }
  if (encoding === 'DELTA_BYTE_ARRAY') return deltaJoinedValues(kernel, page, at, page.length);
  return notKnown(encoding);
}

function booleanValues(page: Uint8Array, at: number, encoding: string): FixedValues {
  if (encoding === 'PLAIN' || at >= page.length) return plainBooleans(page, at, page.length);
  if (encoding !== 'RLE') return notKnown(encoding);
  const end = at + 4 + lengthAt(page, at);
  return runBooleans(hybridReader(page, at + 4, Math.min(end, page.length), 1));
}

function fixedValues(
  kernel: Kernel,
  page: Uint8Array,
  at: number,
  encoding: string,
  leaf: FlatLeaf,
  dictionary: Dictionary | null,
): FixedValues {
  const { width } = leaf.layout;
  if (leaf.physical === 'BOOLEAN') return booleanValues(page, at, encoding);
  if (isDictionaryEncoding(encoding)) {
    if (dictionary?.kind !== 'fixed') throw new Error('its dictionary is missing');
    return dictionaryFixedValues(indexes(page, at), dictionary);
  }
  if (encoding === 'PLAIN' || at >= page.length) return plainFixedValues({ bytes: page, at }, width);
  if (encoding === 'BYTE_STREAM_SPLIT') return splitFixedValues(page, at, page.length, width);
  const isInteger = leaf.physical === 'INT32' || leaf.physical === 'INT64';
  if (encoding === 'DELTA_BINARY_PACKED' && isInteger)
    return deltaFixedValues(deltaReader(page, at, page.length), width);
  if (encoding === 'DELTA_BYTE_ARRAY' && leaf.physical === 'FIXED_LEN_BYTE_ARRAY')
    return fixedFromBytes(deltaJoinedValues(kernel, page, at, page.length), width);
  return notKnown(encoding);
}

/** Opens an unpacked data page for reading from its front. */
export function openPage(
  kernel: Kernel,
  page: Uint8Array,
  header: PageHeader,
  leaf: FlatLeaf,
  dictionary: Dictionary | null,
): OpenPage {
  const { source, valuesAt } = readLevels(page, header, leaf.maxDefinition);
  const levels = source === null ? null : peekBuffer(source);
  if (valuesAt > page.length) throw new Error('a page is shorter than its levels');
  const values: OpenPage['values'] =
    leaf.physical === 'BYTE_ARRAY'
      ? { kind: 'bytes', of: byteValues(kernel, page, valuesAt, header.encoding, dictionary) }
      : { kind: 'fixed', of: fixedValues(kernel, page, valuesAt, header.encoding, leaf, dictionary) };
  return { left: header.values, levels, values, stream: null };
}
