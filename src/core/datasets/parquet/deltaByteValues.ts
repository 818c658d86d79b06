import type { Kernel } from '../../../kernel/kernel.ts';
import type { ByteValues, Fit } from './byteValues.ts';
import { putNumbers } from './byteValues.ts';
import type { DeltaReader } from './deltaReader.ts';
import { deltaReader, deltasEnd } from './deltaReader.ts';
import type { Region } from './pageStream.ts';
import type { PeekBuffer } from './peekBuffer.ts';
import { peekBuffer } from './peekBuffer.ts';

const MAX_LENGTH = 2 ** 31 - 1;
/** Values taken at once when nobody wants them. */
const SKIP_VALUES = 4096;

function lengthsOf(kernel: Kernel, reader: DeltaReader): PeekBuffer {
  return peekBuffer({
    read: (out, count) => {
      const numbers = new BigInt64Array(count);
      reader.read(kernel, numbers);
      for (let i = 0; i < count; i++) {
        const length = Number(numbers[i]);
        if (!(length >= 0 && length <= MAX_LENGTH)) throw new Error('a value has an impossible length');
        out[i] = length;
      }
    },
  });
}

/** DELTA_LENGTH_BYTE_ARRAY: all lengths, then all bytes, which lie in a region; `nextLength` is 0 behind the last. */
export function deltaLengthValues(
  kernel: Kernel,
  reader: DeltaReader,
  region: Region,
): ByteValues & { readonly nextLength: () => number } {
  const lengths = lengthsOf(kernel, reader);
  let left = reader.total;
  let fitted = { count: 0, bytes: 0 };
  const fit = (count: number, maxBytes: number): Fit => {
    const next = lengths.peek(count);
    const here = region.bytes.length - region.at;
    let sum = 0;
    let i = 0;
    for (; i < count; i++) {
      const length = next[i] ?? 0;
      if (sum + length > Math.min(maxBytes, here) && i > 0) break;
      if (length > here) throw new Error('its values end early');
      sum += length;
    }
    fitted = { count: i, bytes: sum };
    return fitted;
  };
  const take = (): void => {
    lengths.advance(fitted.count);
    left -= fitted.count;
    region.at += fitted.bytes;
  };
  return {
    checked: false,
    nextLength: () => (left > 0 ? (lengths.peek(1)[0] ?? 0) : 0),
    fit,
    append: (_kernel, row, offsets, values) => {
      const next = lengths.peek(fitted.count);
      const ends = _kernel.ints(offsets, row + fitted.count + 1);
      let to = ends[row] ?? 0;
      const from = region.at;
      _kernel.bytes(values + to, fitted.bytes).set(region.bytes.subarray(from, from + fitted.bytes));
      for (let i = 0; i < fitted.count; i++) {
        to += next[i] ?? 0;
        ends[row + i + 1] = to;
      }
      take();
    },
    skip: (_kernel, count) => {
      for (let more = count; more > 0; more -= fitted.count) {
        fit(more, Number.MAX_SAFE_INTEGER);
        take();
      }
    },
  };
}

/** DELTA_BYTE_ARRAY: lengths shared with the value before, then what follows as DELTA_LENGTH_BYTE_ARRAY. */
export function deltaJoinedValues(kernel: Kernel, bytes: Uint8Array, at: number, end: number): ByteValues {
  const prefixes = lengthsOf(kernel, deltaReader(bytes, at, end));
  const suffixesAt = deltasEnd(bytes, at, end);
  const suffixes = lengthsOf(kernel, deltaReader(bytes, suffixesAt, end));
  let from = deltasEnd(bytes, suffixesAt, end);
  let prior = new Uint8Array(0);
  let fitted = { count: 0, bytes: 0 };
  let suffixBytes = 0;
  const fit = (count: number, maxBytes: number): Fit => {
    const shared = prefixes.peek(count);
    const own = suffixes.peek(count);
    let sum = 0;
    let i = 0;
    let before = prior.length;
    suffixBytes = 0;
    for (; i < count; i++) {
      const prefix = shared[i] ?? 0;
      const suffix = own[i] ?? 0;
      if (prefix > before) throw new Error('a value shares more than the one before has');
      if (suffix > end - from - suffixBytes) throw new Error('its values end early');
      before = prefix + suffix;
      if (sum + before > maxBytes && i > 0) break;
      sum += before;
      suffixBytes += suffix;
    }
    fitted = { count: i, bytes: sum };
    return fitted;
  };
  const append = (into: Kernel, row: number, offsets: number, values: number): void => {
    const { count } = fitted;
    if (count === 0) return;
    const shared = putNumbers(into, prefixes.peek(count));
    const own = putNumbers(into, suffixes.peek(count));
    const source = into.put(bytes.subarray(from, from + suffixBytes));
    const before = into.put(prior);
    if (into.joinPrefixes(shared, own, count, source, before, prior.length, row, offsets, values) === 0)
      throw new Error('a value shares more than the one before has');
    const ends = into.ints(offsets, row + count + 1);
    const last = ends[row + count - 1] ?? 0;
    prior = into.bytes(values + last, (ends[row + count] ?? 0) - last).slice();
    prefixes.advance(count);
    suffixes.advance(count);
    from += suffixBytes;
  };
  const skip = (into: Kernel, count: number): void => {
    for (let left = count; left > 0; left -= fitted.count) {
      fit(Math.min(left, SKIP_VALUES), 1 << 22);
      const mark = into.mark();
      const offsets = into.reserve(4 * (fitted.count + 1));
      into.ints(offsets, 1)[0] = 0;
      const values = into.reserve(fitted.bytes);
      append(into, 0, offsets, values);
      into.release(mark);
    }
  };
  return { checked: false, fit, append, skip };
}
