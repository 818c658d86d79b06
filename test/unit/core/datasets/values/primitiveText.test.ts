import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  primitiveText,
  decimalText,
  intervalText,
  binaryText,
} from '../../../../../src/core/datasets/values/primitiveText.ts';
import type { ColumnType } from '../../../../../src/core/model/columnType.ts';
import { openKernel, type Kernel } from '../../../../../src/kernel/kernel.ts';
import type { TextColumn } from '../../../../../src/kernel/textColumn.ts';

const kernel = openKernel();

function textsOf(kernel: Kernel, column: TextColumn, rows: number): (string | null)[] {
  const ends = kernel.ints(column.offsets, rows + 1);
  return Array.from({ length: rows }, (_, row) => {
    const present = column.validity === 0 || ((kernel.bytes(column.validity + (row >> 3), 1)[0] ?? 0) >> (row & 7)) & 1;
    const text = new TextDecoder().decode(
      kernel.bytes(column.values + (ends[row] ?? 0), (ends[row + 1] ?? 0) - (ends[row] ?? 0)),
    );
    if (!present) expect(text).toBe('');
    return present ? text : null;
  });
}

function texts(type: ColumnType, values: ArrayBufferView, rows: number): (string | null)[] {
  const mark = kernel.mark();
  const data = kernel.put(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  const found = textsOf(kernel, primitiveText(kernel, type, rows, data, 0, 0), rows);
  kernel.release(mark);
  return found;
}

describe('integers', () => {
  it('have all their digits at every width', () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n })), (values) => {
        const signed = BigInt64Array.from(values.map((v) => BigInt.asIntN(64, v)));
        const unsigned = BigUint64Array.from(values.map((v) => BigInt.asUintN(64, v)));
        const narrow = Int32Array.from(values.map((v) => Number(BigInt.asIntN(32, v))));
        const small = Uint16Array.from(values.map((v) => Number(BigInt.asUintN(16, v))));
        const tiny = Int8Array.from(values.map((v) => Number(BigInt.asIntN(8, v))));
        const n = values.length;
        expect(texts({ kind: 'int', bits: 64, signed: true }, signed, n)).toEqual([...signed].map(String));
        expect(texts({ kind: 'int', bits: 64, signed: false }, unsigned, n)).toEqual([...unsigned].map(String));
        expect(texts({ kind: 'int', bits: 32, signed: true }, narrow, n)).toEqual([...narrow].map(String));
        expect(texts({ kind: 'int', bits: 16, signed: false }, small, n)).toEqual([...small].map(String));
        expect(texts({ kind: 'int', bits: 8, signed: true }, tiny, n)).toEqual([...tiny].map(String));
      }),
    );
  });
});

function decimalReference(value: bigint, scale: number): string {
  if (scale <= 0) return value === 0n ? '0' : `${value}${'0'.repeat(-scale)}`;
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, '0');
  return `${value < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

function littleEndian(value: bigint, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, k) => Number((value >> BigInt(8 * k)) & 255n));
}

describe('decimals', () => {
  it('have all digits of their scale at every width', () => {
    for (const width of [4, 8, 16, 32]) {
      const half = 2n ** BigInt(width * 8 - 1);
      const edges = [0n, 1n, -1n, 10n, 999999999n, 1000000000n, half - 1n, -half].filter((v) => v < half && v >= -half);
      const any = fc.array(fc.bigInt({ min: -half, max: half - 1n }).map((v) => v)).map((list) => [...list, ...edges]);
      fc.assert(
        fc.property(any, fc.integer({ min: -76, max: 76 }), (values, scale) => {
          const mark = kernel.mark();
          const data = kernel.put(Uint8Array.from(values.flatMap((v) => littleEndian(v, width))));
          const column = decimalText(kernel, width, scale, values.length, data, 0, 0);
          expect(textsOf(kernel, column, values.length)).toEqual(values.map((v) => decimalReference(v, scale)));
          kernel.release(mark);
        }),
        { numRuns: 60 },
      );
    }
  });
});

describe('dates and timestamps', () => {
  it('agree with JavaScript wherever JavaScript has the date', () => {
    const ms = fc.integer({ min: -8_640_000_000_000_000, max: 8_640_000_000_000_000 });
    fc.assert(
      fc.property(fc.array(fc.oneof(ms, fc.integer({ min: -1e13, max: 1e13 }))), (values) => {
        const iso = values.map((v) => new Date(v).toISOString());
        const stamps = BigInt64Array.from(values.map(BigInt));
        expect(texts({ kind: 'timestamp', unit: 'ms', utc: true }, stamps, values.length)).toEqual(iso);
        expect(texts({ kind: 'date', unit: 'ms' }, stamps, values.length)).toEqual(
          iso.map((t) => t.slice(0, t.indexOf('T'))),
        );
        const days = Int32Array.from(values.map((v) => Math.floor(v / 86_400_000)));
        expect(texts({ kind: 'date' }, days, values.length)).toEqual(iso.map((t) => t.slice(0, t.indexOf('T'))));
      }),
    );
  });

  it('have the digits of their unit, zeros too, and the extremes of int64', () => {
    const one = (unit: 's' | 'ms' | 'us' | 'ns', value: bigint) =>
      texts({ kind: 'timestamp', unit, utc: false }, BigInt64Array.of(value), 1)[0];
    expect(one('s', 0n)).toBe('1970-01-01T00:00:00');
    expect(one('ms', -1n)).toBe('1969-12-31T23:59:59.999');
    expect(one('us', 253402300799999999n)).toBe('9999-12-31T23:59:59.999999');
    expect(one('us', 253402300800000000n)).toBe('+010000-01-01T00:00:00.000000');
    expect(one('ns', -(2n ** 63n))).toBe('1677-09-21T00:12:43.145224192');
    expect(one('ns', 2n ** 63n - 1n)).toBe('2262-04-11T23:47:16.854775807');
    expect(one('s', 2n ** 63n - 1n)).toMatch(/^\+292277026596-12-04T15:30:07$/);
    expect(one('s', -(2n ** 63n))).toMatch(/^-\d{12}-01-27T08:29:52$/);
  });
});

describe('times, durations, intervals', () => {
  it('are spelt by one rule', () => {
    expect(texts({ kind: 'time', unit: 's' }, Int32Array.of(45_296, 0), 2)).toEqual(['12:34:56', '00:00:00']);
    expect(texts({ kind: 'time', unit: 'ms' }, Int32Array.of(45_296_007), 1)).toEqual(['12:34:56.007']);
    expect(texts({ kind: 'time', unit: 'ns' }, BigInt64Array.of(86_399_999_999_999n), 1)).toEqual([
      '23:59:59.999999999',
    ]);
    expect(texts({ kind: 'duration', unit: 'ms' }, BigInt64Array.of(3_723_500n, 0n, -1n), 3)).toEqual([
      'PT1H2M3.500S',
      'PT0.000S',
      '-PT0.001S',
    ]);
    expect(texts({ kind: 'duration', unit: 's' }, BigInt64Array.of(90_000n, -(2n ** 63n)), 2)).toEqual([
      'PT25H0S',
      '-PT2562047788015215H30M8S',
    ]);
    const raw = new DataView(new ArrayBuffer(32));
    raw.setInt32(0, 1, true);
    raw.setInt32(4, -2, true);
    raw.setBigInt64(8, -3_661_500_000_000n, true);
    expect(texts({ kind: 'interval' }, raw, 2)).toEqual(['P1M-2DT-1H-1M-1.500000000S', 'PT0.000000000S']);
    const parquet = kernel.put(new Uint8Array(Uint32Array.of(1, 2, 3500, 0, 0, 0).buffer));
    expect(textsOf(kernel, intervalText(kernel, 'parquet', 2, parquet, 0, 0), 2)).toEqual(['P1M2DT3.500S', 'PT0.000S']);
    const months = kernel.put(new Uint8Array(Int32Array.of(14, 0).buffer));
    expect(textsOf(kernel, intervalText(kernel, 'months', 2, months, 0, 0), 2)).toEqual(['P14M', 'P0M']);
  });
});

describe('floats', () => {
  it('of 64 bits are spelt as JavaScript spells them', () => {
    fc.assert(
      fc.property(fc.array(fc.double()), (values) => {
        expect(texts({ kind: 'float', bits: 64 }, Float64Array.from(values), values.length)).toEqual(
          values.map(String),
        );
      }),
    );
  });

  it('of 32 bits read back the same and no shorter text does', () => {
    expect(
      texts(
        { kind: 'float', bits: 32 },
        Float32Array.of(0.1, 1e21, 1e-7, 1.5, 16_777_216, -0, NaN, -Infinity, 1e-45, 3.4028234663852886e38),
        10,
      ),
    ).toEqual(['0.1', '1e+21', '1e-7', '1.5', '16777216', '0', 'NaN', '-Infinity', '1e-45', '3.4028235e+38']);
    fc.assert(
      fc.property(fc.array(fc.float({ noNaN: true, noDefaultInfinity: true })), (values) => {
        const found = texts({ kind: 'float', bits: 32 }, Float32Array.from(values), values.length);
        found.forEach((text, row) => {
          const value = values[row] ?? 0;
          expect(Math.fround(Number(text)) === value).toBe(true);
          const digits = Math.abs(Number(text))
            .toExponential()
            .replace(/\.|e.*/g, '').length;
          if (digits > 1)
            expect(Math.fround(Number(value.toPrecision(digits - 1))) === value && value !== 0).toBe(false);
        });
      }),
    );
  });
});

describe('bool, binary, uuid and nulls', () => {
  it('are spelt by one rule', () => {
    expect(texts({ kind: 'bool' }, Uint8Array.of(0b101), 3)).toEqual(['true', 'false', 'true']);
    const id = Uint8Array.from({ length: 16 }, (_, k) => k * 17);
    expect(texts({ kind: 'uuid' }, id, 1)).toEqual(['00112233-4455-6677-8899-aabbccddeeff']);
    expect(texts({ kind: 'binary', width: 2 }, Uint8Array.of(255, 254, 0, 1), 2)).toEqual(['//4=', 'AAE=']);
    fc.assert(
      fc.property(fc.array(fc.uint8Array()), (values) => {
        const mark = kernel.mark();
        const ends = values.reduce<number[]>((all, v) => [...all, (all.at(-1) ?? 0) + v.length], [0]);
        const offsets = kernel.put(new Uint8Array(Int32Array.from(ends).buffer));
        const bytes = kernel.put(Uint8Array.from(values.flatMap((v) => [...v])));
        expect(textsOf(kernel, binaryText(kernel, values.length, offsets, bytes, 0, 0), values.length)).toEqual(
          values.map((v) => Buffer.from(v).toString('base64')),
        );
        kernel.release(mark);
      }),
    );
  });

  it('leave a null row empty', () => {
    const data = kernel.put(new Uint8Array(Int32Array.of(1, 2, 3).buffer));
    const validity = kernel.put(Uint8Array.of(0b101));
    const type: ColumnType = { kind: 'int', bits: 32, signed: true };
    expect(textsOf(kernel, primitiveText(kernel, type, 3, data, validity, 1), 3)).toEqual(['1', null, '3']);
    expect(textsOf(kernel, primitiveText(kernel, { kind: 'null' }, 3, 0, 0, 0), 3)).toEqual([null, null, null]);
  });
});
