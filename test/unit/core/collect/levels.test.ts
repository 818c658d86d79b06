import { describe, expect, it } from 'vitest';
import { definitionLevels, framed } from '../../../../src/core/collect/levels.ts';

describe('definitionLevels', () => {
  it('are one run where all or no rows have a value', () => {
    expect([...definitionLevels(300, 0, null)]).toEqual([3, 0, 0, 0, 0xd8, 0x04, 1]);
    expect([...definitionLevels(3, 3, new Uint8Array([0]))]).toEqual([2, 0, 0, 0, 6, 0]);
  });

  it('are the bitmap itself otherwise, with the bits past the end cleared', () => {
    const bitmap = new Uint8Array([0b1010_0101, 0b1111_1101, 0xff]);
    expect([...definitionLevels(11, 5, bitmap)]).toEqual([3, 0, 0, 0, 5, 0b1010_0101, 0b101]);
    expect(bitmap[1]).toBe(0b1111_1101);
  });

  it('refuse a bitmap that is too short', () => {
    expect(() => definitionLevels(9, 1, new Uint8Array(1))).toThrow(RangeError);
  });
});

describe('framed', () => {
  it('leaves out empty runs', () => {
    expect([
      ...framed([
        { value: 2, count: 0 },
        { value: 1, count: 64 },
      ]),
    ]).toEqual([3, 0, 0, 0, 0x80, 1, 1]);
  });
});
