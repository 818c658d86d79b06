import type { Kernel } from '../../../kernel/kernel.ts';
import type { ByteValues } from './byteValues.ts';
import { putNumbers } from './byteValues.ts';
import type { DeltaReader } from './deltaReader.ts';
import type { FixedDictionary } from './dictionary.ts';
import type { NumberSource } from './hybridReader.ts';
import type { Region } from './pageStream.ts';

/** The present values of a data page of a fixed width, taken from the front. */
export interface FixedValues {
  /** Writes the next `count` values to `out`, which has room. */
  readonly append: (kernel: Kernel, count: number, out: number) => void;
  readonly skip: (kernel: Kernel, count: number) => void;
}

function endsEarly(): never {
  throw new Error('its values end early');
}

/** PLAIN values of `width` bytes in a region. */
export function plainFixedValues(region: Region, width: number): FixedValues {
  const take = (count: number): number => {
    if (count * width > region.bytes.length - region.at) endsEarly();
    region.at += count * width;
    return region.at - count * width;
  };
  return {
    append: (kernel, count, out) => {
      const from = take(count);
      kernel.bytes(out, count * width).set(region.bytes.subarray(from, region.at));
    },
    skip: (_kernel, count) => {
      take(count);
    },
  };
}

/** PLAIN booleans: a bit each, least significant first; written as a byte each. */
export function plainBooleans(bytes: Uint8Array, at: number, end: number): FixedValues {
  let bit = 0;
  const check = (count: number): void => {
    if (Math.ceil((bit + count) / 8) > end - at) endsEarly();
  };
  return {
    append: (kernel, count, out) => {
      check(count);
      const to = kernel.bytes(out, count);
      for (let i = 0; i < count; i++, bit++) to[i] = ((bytes[at + (bit >>> 3)] ?? 0) >> (bit & 7)) & 1;
    },
    skip: (_kernel, count) => {
      check(count);
      bit += count;
    },
  };
}

/** RLE booleans, written as a byte each. */
export function runBooleans(source: NumberSource): FixedValues {
  const next = (count: number): Uint32Array => {
    const numbers = new Uint32Array(count);
    source.read(numbers, count);
    return numbers;
  };
  return {
    append: (kernel, count, out) => {
      kernel.bytes(out, count).set(next(count));
    },
    skip: (_kernel, count) => {
      next(count);
    },
  };
}

/** Values by their index in a dictionary that lies in the kernel. */
export function dictionaryFixedValues(indexes: NumberSource, dictionary: FixedDictionary): FixedValues {
  const next = (count: number): Uint32Array => {
    const numbers = new Uint32Array(count);
    indexes.read(numbers, count);
    return numbers;
  };
  return {
    append: (kernel, count, out) => {
      const at = putNumbers(kernel, next(count));
      if (kernel.gatherFixed(at, count, dictionary.at, dictionary.count, dictionary.width, out) === 0)
        throw new Error('an index points past its dictionary');
    },
    skip: (_kernel, count) => {
      next(count);
    },
  };
}

/** DELTA_BINARY_PACKED integers of 4 or 8 bytes. */
export function deltaFixedValues(reader: DeltaReader, width: number): FixedValues {
  const next = (kernel: Kernel, count: number): BigInt64Array => {
    const numbers = new BigInt64Array(count);
    reader.read(kernel, numbers);
    return numbers;
  };
  return {
    append: (kernel, count, out) => {
      const numbers = next(kernel, count);
      const bytes = new Uint8Array(numbers.buffer);
      if (width === 8) kernel.bytes(out, 8 * count).set(bytes);
      else kernel.narrow(kernel.put(bytes), count, 8, width, out);
    },
    skip: (kernel, count) => {
      next(kernel, count);
    },
  };
}

/** BYTE_STREAM_SPLIT: `width` streams, each with one byte of every value. */
export function splitFixedValues(bytes: Uint8Array, at: number, end: number, width: number): FixedValues {
  const total = width === 0 ? 0 : Math.floor((end - at) / width);
  let taken = 0;
  const take = (count: number): number => {
    if (width > 0 && count > total - taken) endsEarly();
    taken += count;
    return taken - count;
  };
  return {
    append: (kernel, count, out) => {
      const first = take(count);
      const streams = kernel.reserve(count * width);
      const room = kernel.bytes(streams, count * width);
      for (let k = 0; k < width; k++) {
        const from = at + k * total + first;
        room.set(bytes.subarray(from, from + count), k * count);
      }
      kernel.interleave(streams, count, width, out);
    },
    skip: (_kernel, count) => {
      take(count);
    },
  };
}

/** Fixed-width values that were encoded as byte arrays; every one must have the width. */
export function fixedFromBytes(values: ByteValues, width: number): FixedValues {
  return {
    append: (kernel, count, out) => {
      const offsets = kernel.reserve(4 * (count + 1));
      kernel.ints(offsets, 1)[0] = 0;
      const fit = values.fit(count, count * width);
      if (fit.count !== count || fit.bytes !== count * width) throw new Error('a value has another width');
      values.append(kernel, 0, offsets, out);
      if (kernel.ints(offsets, count + 1).some((end, i) => end !== i * width))
        throw new Error('a value has another width');
    },
    skip: (kernel, count) => {
      values.skip(kernel, count);
    },
  };
}
