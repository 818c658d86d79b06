import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openKernel } from '../../../src/kernel/kernel.ts';

const kernel = openKernel();

function littleEndian(value: bigint, bytes: number): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, i) => Number((value >> BigInt(8 * i)) & 255n));
}

function inKernel<T>(work: () => T): T {
  const mark = kernel.mark();
  try {
    return work();
  } finally {
    kernel.release(mark);
  }
}

describe('PLAIN byte arrays', () => {
  test('become offsets and bytes, appended behind what is there', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 700 }), { maxLength: 30 }), (values) =>
        inKernel(() => {
          const packed = Buffer.concat(values.flatMap((value) => [littleEndian(BigInt(value.length), 4), value]));
          const offsets = kernel.reserve(4 * (values.length + 2));
          const at = kernel.reserve(packed.length + 3);
          kernel.ints(offsets, 2).set([0, 3]);
          const source = kernel.put(packed);
          const end = kernel.plainBytes(source, source + packed.length, values.length, 1, offsets, at);
          const all = Buffer.concat(values);
          expect(end).toBe(3 + all.length);
          expect(Buffer.from(kernel.bytes(at + 3, all.length)).equals(all)).toBe(true);
          const ends = [...kernel.ints(offsets, values.length + 2)];
          expect(ends.slice(2)).toEqual(values.map((_, i) => 3 + Buffer.concat(values.slice(0, i + 1)).length));
        }),
      ),
    );
  });

  test.each([[[3, 0, 0, 0, 97, 98]], [[255, 255, 255, 255, 97]], [[1, 0]], [[]]])(
    'that point past their page are refused: %j',
    (bytes) => {
      inKernel(() => {
        const offsets = kernel.reserve(8);
        kernel.ints(offsets, 1)[0] = 0;
        const at = kernel.reserve(16);
        const source = kernel.put(Uint8Array.from(bytes));
        expect(kernel.plainBytes(source, source + bytes.length, 1, 0, offsets, at)).toBe(-1);
      });
    },
  );
});

describe('spreading values over nulls', () => {
  const flags = fc.array(fc.constantFrom(0, 1), { minLength: 1, maxLength: 80 });

  test('gives absent rows an empty text', () => {
    fc.assert(
      fc.property(flags, (present) =>
        inKernel(() => {
          const n = present.length;
          const lengths = present.filter((flag) => flag === 1).map((_, i) => (i * 7) % 5);
          const dense = [0, ...lengths.map((_, i) => lengths.slice(0, i + 1).reduce((a, b) => a + b, 0))];
          const offsets = kernel.reserve(4 * (n + 1));
          kernel.ints(offsets, dense.length).set(dense);
          kernel.spreadOffsets(offsets, 0, kernel.put(Uint8Array.from(present)), n, lengths.length);
          const ends = [...kernel.ints(offsets, n + 1)];
          let next = 0;
          present.forEach((flag, i) => {
            expect((ends[i + 1] ?? 0) - (ends[i] ?? 0)).toBe(flag === 1 ? lengths[next++] : 0);
          });
        }),
      ),
    );
  });

  test.each([1, 2, 4, 8, 12, 16, 32])('gives absent rows zeros in values of %i bytes', (width) => {
    fc.assert(
      fc.property(flags, (present) =>
        inKernel(() => {
          const n = present.length;
          const count = present.filter((flag) => flag === 1).length;
          const data = kernel.reserve(n * width);
          kernel.bytes(data, count * width).forEach((_, i, all) => (all[i] = 1 + Math.floor(i / width)));
          kernel.spreadFixed(data, width, kernel.put(Uint8Array.from(present)), n, count);
          let next = 0;
          const expected = present.flatMap((flag) => Array<number>(width).fill(flag === 1 ? ++next : 0));
          expect([...kernel.bytes(data, n * width)]).toEqual(expected);
        }),
      ),
    );
  });

  test('packs flags into a bitmap from any bit on', () => {
    fc.assert(
      fc.property(flags, fc.nat(20), (present, from) =>
        inKernel(() => {
          const bytes = Math.ceil((from + present.length) / 8) + 1;
          const bitmap = kernel.reserve(bytes);
          kernel.bytes(bitmap, bytes).fill(0xff);
          kernel.packBits(kernel.put(Uint8Array.from(present)), present.length, bitmap, from);
          const bits = kernel.bytes(bitmap, bytes);
          for (let i = 0; i < bytes * 8; i++) expect(((bits[i >> 3] ?? 0) >> (i & 7)) & 1).toBe(present[i - from] ?? 1);
        }),
      ),
    );
  });
});

describe('numbers', () => {
  test('deltas of every width add up as 64-bit numbers do', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 64 }),
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
        fc.array(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), { minLength: 1, maxLength: 40 }),
        (bits, least, first, raw) =>
          inKernel(() => {
            const deltas = raw.map((delta) => BigInt.asUintN(bits, delta));
            const packed = deltas.reduce((all, delta, i) => all | (delta << BigInt(bits * i)), 0n);
            const source = kernel.put(littleEndian(packed, Math.ceil((bits * deltas.length) / 8)));
            const out = kernel.reserve(8 * deltas.length);
            const last = kernel.unpackDeltas(source, bits, deltas.length, least, first, out);
            let value = first;
            const expected = deltas.map((delta) => (value = BigInt.asIntN(64, value + least + delta)));
            expect([...kernel.longs(out, deltas.length)].map((long) => BigInt.asIntN(64, long))).toEqual(expected);
            expect(last).toBe(expected.at(-1));
          }),
      ),
    );
  });

  test('big-endian numbers of any length become 16 or 32 bytes, or are refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.constantFrom(16, 32), (bytes, to) =>
        inKernel(() => {
          const value = bytes.reduce((all, byte) => (all << 8n) | BigInt(byte), 0n);
          const signed = BigInt.asIntN(8 * bytes.length, value);
          const fits = BigInt.asIntN(8 * to, signed) === signed;
          const out = kernel.reserve(to);
          const source = kernel.put(bytes);
          expect(kernel.reverseFixed(source, 1, bytes.length, to, out)).toBe(fits ? 1 : 0);
          if (fits) expect(Buffer.from(kernel.bytes(out, to)).equals(littleEndian(signed, to))).toBe(true);
        }),
      ),
    );
  });

  test('small integers are widened with their sign', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) =>
        inKernel(() => {
          for (const to of [16, 32]) {
            const out = kernel.reserve(to);
            kernel.widen(kernel.put(littleEndian(value, 8)), 1, 8, to, out);
            expect(Buffer.from(kernel.bytes(out, to)).equals(littleEndian(value, to))).toBe(true);
          }
        }),
      ),
    );
  });

  test('byte streams come together', () => {
    inKernel(() => {
      const out = kernel.reserve(12);
      kernel.interleave(kernel.put(Uint8Array.of(1, 2, 3, 11, 12, 13, 21, 22, 23, 31, 32, 33)), 3, 4, out);
      expect([...kernel.bytes(out, 12)]).toEqual([1, 11, 21, 31, 2, 12, 22, 32, 3, 13, 23, 33]);
    });
  });

  test('an index past the dictionary is refused', () => {
    inKernel(() => {
      const dict = kernel.put(Uint8Array.of(7, 0, 0, 0, 9, 0, 0, 0));
      const out = kernel.reserve(16);
      const indexes = (...numbers: number[]) => kernel.put(new Uint8Array(Uint32Array.from(numbers).buffer));
      expect(kernel.gatherFixed(indexes(1, 0, 1), 3, dict, 2, 4, out)).toBe(1);
      expect([...kernel.ints(out, 3)]).toEqual([9, 7, 9]);
      expect(kernel.gatherFixed(indexes(1, 2), 2, dict, 2, 4, out)).toBe(0);
      expect(kernel.gatherFixed(indexes(0xffffffff), 1, dict, 2, 4, out)).toBe(0);
    });
  });
});
