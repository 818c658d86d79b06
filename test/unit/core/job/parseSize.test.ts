import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseSize } from '../../../../src/core/job/parseSize.ts';

test.each([
  ['90MB', 90_000_000],
  ['90 MB', 90_000_000],
  ['64MiB', 67_108_864],
  ['1kB', 1000],
  ['1KB', 1000],
  ['1KiB', 1024],
  ['2GB', 2_000_000_000],
  ['1GiB', 1_073_741_824],
  ['12B', 12],
  ['12', 12],
  ['2.3MB', 2_300_000],
  ['0.5KiB', 512],
  ['1.5B', null],
  ['0MB', null],
  ['-1MB', null],
  ['1mb', null],
  ['1Mb', null],
  ['1TB', null],
  ['MB', null],
  ['', null],
  [' 1MB', null],
  ['1MB ', null],
  ['1  MB', null],
  ['1e3', null],
  ['999999999999999GB', null],
  ['9007199254740991', null],
  ['900719925474099', 900_719_925_474_099],
])('%j is %s bytes', (text, bytes) => {
  expect(parseSize(text)).toBe(bytes);
});

test('whole megabytes are exact', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9_000_000 }), (count) => {
      expect(parseSize(`${count}MB`)).toBe(count * 1e6);
    }),
  );
});
