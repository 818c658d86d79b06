import type { Kernel } from '../../kernel/kernel.ts';
import type { TextColumn } from '../../kernel/textColumn.ts';
import type { ColumnProfile, CountedSums } from './fragmentProfile.ts';
import { pythonPayloadBytes } from './pythonText.ts';
import { openReservoir, type Reservoir } from './reservoir.ts';
import { emptySizes, sizeBucket } from './sizeBuckets.ts';
import type { TokenCounter } from './tokens.ts';

/** Weighs one column, batch by batch. */
export interface ColumnScale {
  readonly add: (column: TextColumn, rows: number, arrowBytes: number) => void;
  readonly end: () => ColumnProfile;
}

/** Of a longer text of a sample only so much is counted. */
const COUNTED_BYTES = 8192;
/** Short texts repeat (numbers, names of languages): their tokens are remembered, so many of them. */
const SHORT = 24;
const REMEMBERED = 20_000;
const SCALAR = /^(?:true|false|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)$/;
const NESTED = /^[{[]/;

/** Bytes of a column's texts once escaped: the lengths of lines that are nothing but them. */
function renderedBytes(kernel: Kernel, column: TextColumn, rows: number): number {
  const mark = kernel.mark();
  const segment = kernel.reserve(12);
  const skip = kernel.reserve(rows);
  const lengths = kernel.reserve(4 * rows);
  kernel.bytes(skip, rows).fill(0);
  kernel.ints(segment, 3).set([1, column.offsets, column.values]);
  kernel.measureLines(0, rows, segment, 1, skip, lengths);
  let sum = 0;
  for (const length of new Uint32Array(kernel.bytes(lengths, 4 * rows).slice().buffer)) sum += length;
  kernel.release(mark);
  return sum;
}

/** Counts texts and adds up what the estimates need. */
function openCounting(tokens: TokenCounter): { add: (text: string, bytes: number) => void; sums: () => CountedSums } {
  const sums = { texts: 0, bytes: 0, tokens: 0, python: 0, bb: 0, bt: 0, tt: 0, bp: 0, pp: 0, scalars: 0, nested: 0 };
  const remembered = new Map<string, number>();
  const count = (text: string): number => {
    if (text.length > SHORT) return tokens.count(text);
    const known = remembered.get(text) ?? tokens.count(text);
    if (remembered.size < REMEMBERED) remembered.set(text, known);
    return known;
  };
  return {
    add: (text, bytes) => {
      const counted = count(text);
      const python = pythonPayloadBytes(text);
      sums.texts++;
      sums.bytes += bytes;
      sums.tokens += counted;
      sums.python += python;
      sums.bb += bytes * bytes;
      sums.bt += bytes * counted;
      sums.tt += counted * counted;
      sums.bp += bytes * python;
      sums.pp += python * python;
      if (text.length <= SHORT && SCALAR.test(text)) sums.scalars++;
      else if (NESTED.test(text)) sums.nested++;
    },
    sums: () => ({ ...sums }),
  };
}

/** The longest beginning of at most COUNTED_BYTES that ends between characters. */
function beginning(utf8: Uint8Array): Uint8Array {
  let end = Math.min(utf8.length, COUNTED_BYTES);
  while (end < utf8.length && end > 0 && ((utf8[end] ?? 0) & 0xc0) === 0x80) end--;
  return utf8.subarray(0, end);
}

/** Opens a scale over the kernel. `countedTexts`: how many values, chosen at random, have their tokens counted. */
export function openColumnScale(
  kernel: Kernel,
  countedTexts: number | 'all',
  tokens: TokenCounter,
  random: () => number,
): ColumnScale {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const sizes = emptySizes();
  const sums = { nulls: 0, arrowBytes: 0, textBytes: 0, renderedBytes: 0, maxTextBytes: 0 };
  const counting = openCounting(tokens);
  const reservoir: Reservoir | null = countedTexts === 'all' ? null : openReservoir(countedTexts, random);
  const kept: { text: string; bytes: number }[] = [];
  let present = 0;

  const choose = (column: TextColumn, from: number, to: number): void => {
    const utf8 = kernel.bytes(column.values + from, to - from);
    if (reservoir === null) counting.add(decoder.decode(utf8), utf8.length);
    else {
      const start = beginning(utf8);
      kept[reservoir.take()] = { text: decoder.decode(start), bytes: start.length };
    }
  };

  const addSizes = (column: TextColumn, rows: number): void => {
    const offsets = kernel.ints(column.offsets, rows + 1);
    const bits = column.validity === 0 ? null : kernel.bytes(column.validity, Math.ceil(rows / 8));
    let next = reservoir === null ? 0 : reservoir.next();
    let from = offsets[0] ?? 0;
    sums.textBytes -= from;
    for (let row = 0; row < rows; row++) {
      const start = from;
      from = offsets[row + 1] ?? start;
      if (bits !== null && (((bits[row >> 3] ?? 0) >> (row & 7)) & 1) === 0) continue;
      const bytes = from - start;
      const bucket = sizeBucket(bytes);
      sizes[bucket] = (sizes[bucket] ?? 0) + 1;
      if (bytes > sums.maxTextBytes) sums.maxTextBytes = bytes;
      if (present >= next) {
        choose(column, start, from);
        if (reservoir !== null) next = reservoir.next();
      }
      present++;
    }
    sums.textBytes += from;
  };

  return {
    add: (column, rows, arrowBytes) => {
      sums.nulls += column.nulls;
      sums.arrowBytes += arrowBytes;
      sums.renderedBytes += renderedBytes(kernel, column, rows);
      addSizes(column, rows);
    },
    end: () => {
      for (const { text, bytes } of kept) counting.add(text, bytes);
      kept.length = 0;
      return { ...sums, sizes, counted: counting.sums() };
    },
  };
}
