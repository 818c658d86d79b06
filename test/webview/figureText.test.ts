import { describe, expect, it } from 'vitest';
import { costTotal } from '../../webview/ui/costTotal.ts';
import { figureText } from '../../webview/ui/figureText.ts';
import { h } from '../../webview/ui/h.ts';
import { bytesText, countOf, countText, shortCountText, usdText } from '../../src/protocol/numberTexts.ts';
import { dayText, percentText, roundBytesText, roundCountText, secondsText } from '../../webview/ui/units.ts';

describe('a figure', () => {
  it('says its value plainly when it is exact', () => {
    const exact = { value: 2_600_000_000, known: 'exact', low: 2_600_000_000, high: 2_600_000_000 } as const;
    expect(figureText(exact, bytesText)).toEqual({ value: '2.60 GB', how: 'exact', label: '2.60 GB, exact' });
  });

  it('says the wider side of its interval when it is an estimate', () => {
    const estimate = { value: 1000, known: 'estimate', low: 980, high: 1040 } as const;
    expect(figureText(estimate, countText)).toEqual({
      value: '~ 1,000',
      how: '±4.0 %',
      label: 'about 1,000, estimated between 980 and 1,040',
    });
  });

  it('says both ends of an interval that is as wide as the value', () => {
    const wide = { value: 5_400, known: 'estimate', low: 310, high: 5_600 } as const;
    expect(figureText(wide, bytesText).how).toBe('310 B to 5.60 kB');
  });

  it('never claims to be closer than a tenth of a percent', () => {
    const close = { value: 1_000_000, known: 'estimate', low: 999_999, high: 1_000_001 } as const;
    expect(figureText(close, countText).how).toBe('±0.1 %');
  });

  it('says no number when nobody knows it', () => {
    const unknown = { value: 0, known: 'unknown', low: 0, high: 0 } as const;
    expect(figureText(unknown, usdText)).toEqual({ value: '–', how: 'unknown', label: 'unknown' });
  });
});

describe('the greatest cost', () => {
  const cost = { value: 27.9, known: 'estimate', low: 20, high: 27.9 } as const;
  const free = { value: 0, known: 'exact', low: 0, high: 0 } as const;
  const unknown = { value: 0, known: 'unknown', low: 0, high: 0 } as const;

  it.each([
    [costTotal(cost, '2026-11-02'), '$27.90', 'prices as of 2 Nov 2026'],
    [costTotal(cost, null), '$27.90', 'prices of your configuration'],
    [costTotal(free, null), '$0', 'nothing to pay'],
    [costTotal(unknown, '2026-11-02'), '–', 'not known: the warning says why'],
  ])('says where its prices come from', ({ value, how }, expectedValue, expectedHow) =>
    expect([value, how]).toEqual([expectedValue, expectedHow]),
  );
});

describe('units', () => {
  it.each([
    [bytesText(0), '0 B'],
    [bytesText(999), '999 B'],
    [bytesText(999_999), '1.00 MB'],
    [bytesText(89_940_000), '89.9 MB'],
    [bytesText(4.1e12), '4.10 TB'],
    [roundBytesText(90_000_000), '90 MB'],
    [roundBytesText(67_108_864), '67.1 MB'],
    [countText(1_234_567), '1,234,567'],
    [countOf(1, 'file', 'files'), '1 file'],
    [countOf(32_000, 'file', 'files'), '32,000 files'],
    [shortCountText(9999), '9,999'],
    [shortCountText(212_000_000), '212 M'],
    [shortCountText(97.3e9), '97.3 bn'],
    [roundCountText(40_000_000), '40 M'],
    [usdText(0), '$0'],
    [usdText(0.00003), '< $0.0001'],
    [usdText(0.0634), '$0.0634'],
    [usdText(1827.9), '$1,827.90'],
    [percentText(0.9966), '99.7 %'],
    [percentText(1), '100 %'],
    [percentText(0.0002), '< 0.1 %'],
    [secondsText(0.02), '< 0.1 s'],
    [secondsText(0.84), '0.8 s'],
    [secondsText(59.4), '59 s'],
    [secondsText(754), '12 min 34 s'],
    [dayText('2026-11-02'), '2 Nov 2026'],
    [dayText('soon'), 'soon'],
  ])('%s', (said, expected) => expect(said).toBe(expected));
});

describe('h', () => {
  it('leaves out what is not there, and flattens lists', () => {
    expect(h('p', {}, null, ['a', [false, 2]], undefined, '').children).toEqual(['a', '2']);
  });
});
