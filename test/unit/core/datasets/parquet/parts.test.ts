import zlib from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { crc32 } from '../../../../../src/core/datasets/parquet/crc32.ts';
import { hybridReader } from '../../../../../src/core/datasets/parquet/hybridReader.ts';
import { peekBuffer } from '../../../../../src/core/datasets/parquet/peekBuffer.ts';
import { CUT_SHORT, thriftEnd } from '../../../../../src/core/datasets/parquet/thriftEnd.ts';

describe('checksums', () => {
  test('are those of gzip', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const packed = zlib.gzipSync(bytes);
        expect(crc32(bytes)).toBe(packed.readUInt32LE(packed.length - 8));
      }),
    );
  });
});

type Run =
  | { readonly kind: 'same'; readonly value: number; readonly count: number }
  | { readonly kind: 'packed'; readonly values: number[] };

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)];
}

function encode(runs: readonly Run[], width: number): Uint8Array {
  return Uint8Array.from(
    runs.flatMap((run) => {
      if (run.kind === 'same') {
        const bytes = Array.from(
          { length: Math.ceil(width / 8) },
          (_, i) => Math.floor(run.value / 2 ** (8 * i)) & 255,
        );
        return [...varint(run.count * 2), ...bytes];
      }
      const all = run.values.reduce((sum, value, i) => sum | (BigInt(value) << BigInt(width * i)), 0n);
      const length = (run.values.length * width) / 8;
      return [
        ...varint((run.values.length / 8) * 2 + 1),
        ...Array.from({ length }, (_, i) => Number((all >> BigInt(8 * i)) & 255n)),
      ];
    }),
  );
}

const streams = fc.integer({ min: 0, max: 32 }).chain((width) => {
  const value = fc.integer({ min: 0, max: 2 ** width - 1 });
  const same = fc.record({ kind: fc.constant('same' as const), value, count: fc.integer({ min: 1, max: 200 }) });
  const packed = fc
    .array(fc.array(value, { minLength: 8, maxLength: 8 }), { minLength: 1, maxLength: 5 })
    .map((groups) => ({ kind: 'packed' as const, values: groups.flat() }));
  return fc.record({
    width: fc.constant(width),
    runs: fc.array(fc.oneof(same, packed), { minLength: 1, maxLength: 6 }),
  });
});

describe('runs of levels and indexes', () => {
  test('come back whatever their width, in pieces of any size', () => {
    fc.assert(
      fc.property(streams, fc.integer({ min: 1, max: 50 }), ({ width, runs }, piece) => {
        const bytes = encode(runs, width);
        const expected = runs.flatMap((run) =>
          run.kind === 'same' ? Array<number>(run.count).fill(run.value) : run.values,
        );
        const reader = peekBuffer(hybridReader(bytes, 0, bytes.length, width));
        const read: number[] = [];
        while (read.length < expected.length) {
          const count = Math.min(piece, expected.length - read.length);
          const taken = Math.max(1, count - 3);
          read.push(...reader.peek(count).subarray(0, taken));
          reader.advance(taken);
        }
        expect(read).toEqual(expected);
        expect(() => reader.peek(1)).toThrow();
      }),
    );
  });

  test('any bytes at all end', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.integer({ min: 0, max: 32 }), (bytes, width) => {
        const reader = hybridReader(bytes, 0, bytes.length, width);
        try {
          reader.read(new Uint32Array(1000), 1000);
        } catch (error) {
          expect((error as Error).message).toContain('end early');
        }
      }),
    );
  });
});

describe('the end of a Thrift struct', () => {
  test('any bytes at all give an end inside of them, a cut, or an error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          const end = thriftEnd(bytes, 0);
          expect(end === CUT_SHORT || (end > 0 && end <= bytes.length)).toBe(true);
        } catch (error) {
          expect((error as Error).message).toContain('malformed');
        }
      }),
    );
  });

  test('numbers without an end and structs without a bottom are refused at once', () => {
    expect(() => thriftEnd(Buffer.concat([Buffer.from([0x16]), Buffer.alloc(1 << 20, 0xff)]), 0)).toThrow('malformed');
    expect(() => thriftEnd(Buffer.alloc(1 << 20, 0x1c), 0)).toThrow('malformed');
    expect(() => thriftEnd(Buffer.alloc(1 << 20, 0x19), 0)).toThrow('malformed');
  });
});
