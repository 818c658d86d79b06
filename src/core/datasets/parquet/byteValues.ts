import type { Kernel } from '../../../kernel/kernel.ts';
import type { ByteDictionary } from './dictionary.ts';
import type { Region } from './pageStream.ts';
import type { PeekBuffer } from './peekBuffer.ts';

/** What of the next values fits. */
export interface Fit {
  readonly count: number;
  readonly bytes: number;
}

/** The present values of a data page of byte arrays, taken from the front. */
export interface ByteValues {
  /** How many of the next `count` values lie here and have at most maxBytes together (at least one if count is), and their bytes. Takes nothing. */
  readonly fit: (count: number, maxBytes: number) => Fit;
  /** Appends what the last `fit` found behind row `row` of an Arrow column with room for it. */
  readonly append: (kernel: Kernel, row: number, offsets: number, values: number) => void;
  /** Takes `count` values that nobody wants. */
  readonly skip: (kernel: Kernel, count: number) => void;
  /** The values are known to be UTF-8 each (a checked dictionary). */
  readonly checked: boolean;
}

/** PLAIN byte arrays in a region, which ends where the page ends or is moved on by its owner. */
export function plainByteValues(region: Region): ByteValues {
  let fitted = { count: 0, bytes: 0 };
  const fit = (count: number, maxBytes: number): Fit => {
    const { bytes, at } = region;
    const end = bytes.length;
    const view = new DataView(bytes.buffer, bytes.byteOffset, end);
    let from = at;
    let sum = 0;
    let i = 0;
    for (; i < count; i++) {
      const length = end - from < 4 ? Infinity : view.getUint32(from, true);
      if (length > end - from - 4 && i > 0) break;
      if (length === Infinity) throw new Error('its values end early');
      if (length > end - from - 4) throw new Error('a value is longer than its page');
      if (sum + length > maxBytes && i > 0) break;
      sum += length;
      from += 4 + length;
    }
    fitted = { count: i, bytes: sum };
    return fitted;
  };
  return {
    checked: false,
    fit,
    append: (kernel, row, offsets, values) => {
      const length = fitted.bytes + 4 * fitted.count;
      const source = kernel.put(region.bytes.subarray(region.at, region.at + length));
      if (kernel.plainBytes(source, source + length, fitted.count, row, offsets, values) < 0)
        throw new Error('a value is longer than its page');
      region.at += length;
    },
    skip: (_kernel, count) => {
      for (let left = count; left > 0; left -= fitted.count) {
        fit(left, Number.MAX_SAFE_INTEGER);
        region.at += fitted.bytes + 4 * fitted.count;
      }
    },
  };
}

/** Values by their index in a dictionary that lies in the kernel. */
export function dictionaryByteValues(indexes: PeekBuffer, dictionary: ByteDictionary): ByteValues {
  let fitted = { count: 0, bytes: 0 };
  const { lengths } = dictionary;
  return {
    checked: dictionary.checked,
    fit: (count, maxBytes) => {
      const next = indexes.peek(count);
      let sum = 0;
      let i = 0;
      for (; i < count; i++) {
        const length = lengths[next[i] ?? 0];
        if (length === undefined) throw new Error('an index points past its dictionary');
        if (sum + length > maxBytes && i > 0) break;
        sum += length;
      }
      fitted = { count: i, bytes: sum };
      return fitted;
    },
    append: (kernel, row, offsets, values) => {
      const at = putNumbers(kernel, indexes.peek(fitted.count));
      kernel.gatherBytes(at, fitted.count, row, dictionary.offsets, dictionary.values, offsets, values);
      indexes.advance(fitted.count);
    },
    skip: (_kernel, count) => {
      indexes.peek(count);
      indexes.advance(count);
    },
  };
}

/** Copies 32-bit numbers into the kernel and returns where. */
export function putNumbers(kernel: Kernel, numbers: Uint32Array | Int32Array): number {
  return kernel.put(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength));
}
