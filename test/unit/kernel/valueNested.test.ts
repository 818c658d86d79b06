import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openKernel } from '../../../src/kernel/kernel.ts';
import { putText, readText } from '../../support/textColumns.ts';

const kernel = openKernel();

function narrowed(wide: bigint[]): number[] | null {
  const at = kernel.put(new Uint8Array(BigInt64Array.from(wide).buffer));
  const out = kernel.reserve(wide.length * 4);
  return kernel.narrowOffsets(at, wide.length - 1, out) === 0 ? null : [...kernel.ints(out, wide.length)];
}

describe('64-bit offsets', () => {
  it('become 32-bit ones from 0 if they rise within 2 GiB', () => {
    expect(narrowed([5n, 5n, 9n])).toEqual([0, 0, 4]);
    expect(narrowed([2n ** 40n, 2n ** 40n + 0x7fffffffn])).toEqual([0, 0x7fffffff]);
    expect(narrowed([0n, 0x80000000n])).toBeNull();
    expect(narrowed([3n, 2n])).toBeNull();
    expect(narrowed([-1n, 2n])).toBeNull();
    expect(narrowed([0n, -(2n ** 63n)])).toBeNull();
  });
});

describe('values picked by index', () => {
  it('are those of the source, null where either is', () => {
    const value = fc.option(fc.string({ unit: 'grapheme', maxLength: 40 }));
    const source = fc.array(value, { minLength: 1 });
    fc.assert(
      fc.property(source, fc.array(fc.option(fc.nat())), (values, picks) => {
        const mark = kernel.mark();
        const from = putText(kernel, values, 3);
        const rows = picks.length;
        const chosen = picks.map((pick) => (pick === null ? null : pick % values.length));
        const { validity } = putText(
          kernel,
          chosen.map((pick) => (pick === null ? null : '')),
        );
        const indexes = kernel.put(new Uint8Array(Uint32Array.from(chosen, (pick) => pick ?? 0xffffffff).buffer));
        const bytes = kernel.pickBytes(indexes, rows, validity, from.offsets, values.length);
        const both = kernel.reserve(rows);
        const nulls = kernel.pickValidity(indexes, rows, validity, from.validity, both);
        const offsets = kernel.reserve(4 * (rows + 1));
        const out = kernel.reserve(bytes);
        expect(kernel.pick(indexes, rows, both, from.offsets, from.values, offsets, out)).toBe(bytes);
        const expected = chosen.map((pick) => (pick === null ? null : (values[pick] ?? null)));
        expect(readText(kernel, { offsets, values: out, validity: both, nulls }, rows)).toEqual(expected);
        expect(nulls).toBe(expected.filter((text) => text === null).length);
        kernel.release(mark);
      }),
    );
  });

  it('are refused past the source, but not where the row is null', () => {
    const from = putText(kernel, ['a', 'bc']);
    const indexes = kernel.put(new Uint8Array(Uint32Array.of(1, 2).buffer));
    expect(kernel.pickBytes(indexes, 2, 0, from.offsets, 2)).toBe(-1);
    expect(kernel.pickBytes(indexes, 2, kernel.put(Uint8Array.of(1)), from.offsets, 2)).toBe(2);
  });
});

describe('JSON values', () => {
  it('take exactly the bytes that were foretold', () => {
    const text = fc.option(
      fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('NaN', '-Infinity', '1e+21', '-1', '"\\\b\u0001')),
    );
    fc.assert(
      fc.property(fc.array(text), fc.constantFrom(0, 1, 2), (values, mode) => {
        const mark = kernel.mark();
        const { offsets: from, values: bytes, validity } = putText(kernel, values, 7);
        const foretold = kernel.jsonBytes(from, bytes, values.length, validity, mode);
        const offsets = kernel.reserve(4 * (values.length + 1));
        const out = kernel.reserve(foretold);
        expect(kernel.jsonText(from, bytes, values.length, validity, mode, offsets, out)).toBe(foretold);
        if (mode === 0) {
          const json = readText(kernel, { offsets, values: out, validity: 0, nulls: 0 }, values.length);
          expect(json.map((one) => JSON.parse(one ?? '') as unknown)).toEqual(values);
        }
        kernel.release(mark);
      }),
    );
  });
});
