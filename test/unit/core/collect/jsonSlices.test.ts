import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonMembers } from '../../../../src/core/collect/jsonSlices.ts';

describe('jsonMembers', () => {
  it('gives the text of each member of any object, spaced in any way', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.constantFrom('', ' ', '\t', '\n  '),
        (object, space) => {
          const text = `${space}${JSON.stringify(object, null, space)}${space}`;
          const read = Object.fromEntries(
            [...jsonMembers(text)].map(([name, value]) => [name, JSON.parse(value) as unknown]),
          );
          expect(read).toEqual(JSON.parse(text));
        },
      ),
    );
  });

  it('keeps all digits and takes the last of equal names', () => {
    expect([...jsonMembers('{"a":1,"a": 12345678901234567890.10 ,"b\\u0022":"\\\\"}')]).toEqual([
      ['a', '12345678901234567890.10'],
      ['b"', '"\\\\"'],
    ]);
  });

  it('gives nothing for what is no object', () => {
    for (const text of ['[{"a":1}]', '"x"', '7', 'null', '{}', ' { } ']) expect(jsonMembers(text).size).toBe(0);
  });
});
