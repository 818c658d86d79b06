import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  parseBase64,
  parseDate,
  parseDecimal,
  parseFloating,
  parseInteger,
  parseTime,
  parseTimestamp,
  parseUuid,
} from '../../../../src/core/collect/valueTexts.ts';

describe('values from their text', () => {
  it('dates agree with the calendar of JavaScript', () => {
    const days = fc.integer({ min: -719_162, max: 2_932_896 });
    fc.assert(
      fc.property(days, (day) => {
        expect(parseDate(new Date(day * 86_400_000).toISOString().slice(0, 10))).toBe(day);
      }),
    );
  });

  it('timestamps keep every digit of their unit', () => {
    const ms = fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 });
    fc.assert(
      fc.property(ms, fc.integer({ min: 0, max: 999_999 }), (at, nanos) => {
        const text = new Date(at).toISOString().slice(0, -1);
        const digits = String(nanos).padStart(6, '0');
        expect(parseTimestamp(`${text}${digits}`, 'ns')).toBe(BigInt(at) * 1_000_000n + BigInt(nanos));
        expect(parseTimestamp(`${text}Z`, 'ms')).toBe(BigInt(at));
        expect(parseTimestamp(`${text}${digits.slice(0, 3)}Z`, 'us')).toBe(
          BigInt(at) * 1000n + BigInt(digits.slice(0, 3)),
        );
      }),
    );
  });

  it('years beyond four digits count too', () => {
    expect(parseDate('+10000-01-01')).toBe(2_932_897);
    expect(parseDate('-0001-12-31')).toBe(-719_529);
  });

  it('texts that are no value of the type are none', () => {
    for (const text of ['', '2024-13-01', '2024-1-1', '2024-09-09T', 'x']) expect(parseDate(text)).toBeNull();
    for (const text of ['', '2024-09-09', '2024-09-09 00:00:00', '2024-09-09T00:00:00.0001', 'T']) {
      expect(parseTimestamp(text, 'ms')).toBeNull();
    }
    for (const text of ['', '12:34', '12:34:56.', '1:2:3']) expect(parseTime(text, 'ms')).toBeNull();
    for (const text of ['', '1.', '.5', '1e3', '1.234', 'NaN']) expect(parseDecimal(text, 2)).toBeNull();
    for (const text of ['', ' ', 'x', '1,5']) expect(parseFloating(text)).toBeNull();
    for (const text of ['', '1.0', '0x1', '1e3', ' 1']) expect(parseInteger(text)).toBeNull();
    for (const text of ['=', 'a', '====', 'a b=']) expect(parseBase64(text)).toBeNull();
    expect(parseUuid('01234567-89ab-cdef-0123-456789abcdeg')).toBeNull();
  });

  it('decimals are exact at their scale', () => {
    fc.assert(
      fc.property(fc.bigInt(-(10n ** 30n), 10n ** 30n), fc.integer({ min: 0, max: 20 }), (unscaled, scale) => {
        const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
        const point = digits.length - scale;
        const text = `${unscaled < 0n ? '-' : ''}${digits.slice(0, point)}${scale > 0 ? `.${digits.slice(point)}` : ''}`;
        expect(parseDecimal(text, scale)).toBe(unscaled);
      }),
    );
  });
});
