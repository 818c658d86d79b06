import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openKernel } from '../../../src/kernel/kernel.ts';
import { customIds } from '../../../src/core/render/customId.ts';
import { keepColumn } from '../../../src/core/render/keptColumn.ts';
import { textHashes } from '../../../src/core/render/textHashes.ts';
import { xxh64 } from '../../support/xxh64.ts';
import { stringify } from '../../support/jsonLine.ts';
import { putText, readText } from '../../support/textColumns.ts';

const kernel = openKernel();
const clean = kernel.mark();

const piece = fc.constantFrom(
  'a',
  'Z',
  '7',
  '_',
  '-',
  'é',
  '漢',
  '😀',
  '"',
  '\\',
  '\n',
  '\u0001',
  ' ',
  '.',
  'row_key-0123456789',
);
const text = fc.array(piece, { maxLength: 12 }).map((parts) => parts.join(''));
const texts = fc.array(text, { maxLength: 40 });
const nullable = fc.array(fc.option(text), { maxLength: 40 });

function idOf(keys: readonly string[]): string {
  const [only = ''] = keys;
  if (keys.length === 1 && /^[A-Za-z0-9_-]{1,64}$/.test(only)) return only;
  return `h_${createHash('sha256').update(stringify(keys)).digest('hex').slice(0, 40)}`;
}

function idsOf(columns: readonly (readonly string[])[], shift = 0): (string | null)[] {
  kernel.release(clean);
  const rows = columns[0]?.length ?? 0;
  const ids = customIds(
    kernel,
    columns.map((column) => putText(kernel, column, shift)),
    rows,
  );
  return readText(kernel, ids, rows);
}

describe('SHA-256', () => {
  it('equals node:crypto for every length from 0 to 300, in one piece and in pieces', () => {
    const bytes = Uint8Array.from({ length: 300 }, (_, at) => (at * 167 + 13) & 0xff);
    kernel.release(clean);
    const at = kernel.put(bytes);
    const out = kernel.reserve(32);
    for (let length = 0; length <= 300; length++) {
      for (const step of [300, 1, 63, 64, 65, 100]) {
        kernel.shaStart();
        for (let from = 0; from < length; from += step) kernel.shaAdd(at + from, Math.min(step, length - from));
        kernel.shaEnd(out);
        const expected = createHash('sha256').update(bytes.subarray(0, length)).digest('hex');
        expect(Buffer.from(kernel.bytes(out, 32)).toString('hex')).toBe(expected);
      }
    }
  });
});

describe('custom ids', () => {
  it('are the key where it may stand, else its hash, for one key column', () => {
    fc.assert(
      fc.property(texts, fc.nat(20), (keys, shift) => {
        expect(idsOf([keys], shift)).toEqual(keys.map((key) => idOf([key])));
      }),
    );
  });

  it('are hashes of all keys for several key columns', () => {
    const rows = fc.array(fc.tuple(text, text, text), { maxLength: 20 });
    fc.assert(
      fc.property(rows, (keys) => {
        expect(idsOf([0, 1, 2].map((at) => keys.map((row) => row[at] ?? '')))).toEqual(keys.map(idOf));
      }),
    );
  });

  it('tell apart every byte value and every length around the limit', () => {
    const codes = Array.from({ length: 0x180 }, (_, code) => String.fromCharCode(code));
    const lengths = Array.from({ length: 70 }, (_, length) => 'k'.repeat(length));
    const places = Array.from({ length: 64 }, (_, at) => `${'k'.repeat(at)}.${'k'.repeat(63 - at)}`);
    const keys = [...codes, ...codes.map((code) => `abcdefghijklmnopq${code}`), ...lengths, ...places];
    expect(idsOf([keys])).toEqual(keys.map((key) => idOf([key])));
  });

  it('hash keys whose messages end around a block, between keys that stand as they are', () => {
    const keys = Array.from({ length: 140 }, (_, length) => [
      `.${'k'.repeat(length)}`,
      `plain-${length}`,
      '"'.repeat(length),
    ]);
    for (const some of [keys.flat(), ...[1, 2, 3, 5].map((count) => keys.flat().slice(0, count))]) {
      expect(idsOf([some])).toEqual(some.map((key) => idOf([key])));
    }
    expect(idsOf([keys.flat(), keys.flat().reverse()])).toEqual(
      keys.flat().map((key, row, all) => idOf([key, all.at(-1 - row) ?? ''])),
    );
  });

  it('hash keys of any length', () => {
    const keys = [1023, 1024, 1025, 5000, 300_000].flatMap((length) => [
      'é'.repeat(length),
      '\u0001'.repeat(length),
      `"${'x'.repeat(length)}`,
    ]);
    expect(idsOf([keys])).toEqual(keys.map((key) => idOf([key])));
  });
});

describe('text hashes', () => {
  it('are XXH64, whose published values they give', () => {
    kernel.release(clean);
    const values = ['', 'a', 'abc', 'Nobody inspects the spammish repetition'];
    const hashes = textHashes(kernel, putText(kernel, values), 0, values.length);
    const published = ['ef46db3751d8e999', 'd24ec4f1a98c6e5b', '44bc2cf5ad770999', 'fbcea83c8a378bf1'];
    expect([...hashes].map((hash) => hash.toString(16))).toEqual(published);
  });

  it('equal a plain implementation for every length, alignment and range', () => {
    const values = Array.from({ length: 140 }, (_, length) => 'abcdefghijklm'.repeat(12).slice(0, length));
    for (const shift of [0, 1, 7, 15]) {
      kernel.release(clean);
      const column = putText(kernel, values, shift);
      const expected = values.map((value) => xxh64(Buffer.from(value)));
      expect([...textHashes(kernel, column, 0, 140)]).toEqual(expected);
      expect([...textHashes(kernel, column, 33, 71)]).toEqual(expected.slice(33, 71));
    }
  });
});

/** At most `limit` bytes of a text, ending between characters. */
function cutTo(value: string, limit: number): string {
  let kept = '';
  for (const char of value) {
    if (Buffer.byteLength(kept + char) > limit) break;
    kept += char;
  }
  return kept;
}

describe('cutText', () => {
  it('cuts to whole characters and leaves the rest as it is', () => {
    const row = fc.record({ value: text, limit: fc.option(fc.nat(20)) });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 40 }), fc.nat(20), (rows, shift) => {
        kernel.release(clean);
        const column = putText(
          kernel,
          rows.map((r) => r.value),
          shift,
        );
        const limits = kernel.reserve(4 * rows.length);
        kernel.ints(limits, rows.length).set(rows.map((r) => r.limit ?? 0xffffffff));
        const expected = rows.map((r) => cutTo(r.value, r.limit ?? Infinity));
        const cut = kernel.cutText(column.offsets, column.values, rows.length, limits);
        expect(readText(kernel, column, rows.length)).toEqual(expected);
        expect(cut).toBe(rows.filter((r, index) => r.value !== expected[index]).length);
      }),
      { numRuns: 300 },
    );
  });
});

function plainOf(values: readonly (string | null)[]): Buffer {
  return Buffer.concat(
    values.flatMap((value) => {
      if (value === null) return [];
      const length = Buffer.alloc(4);
      length.writeUInt32LE(Buffer.byteLength(value));
      return [length, Buffer.from(value)];
    }),
  );
}

describe('kept columns', () => {
  it('hold the present values of any range of rows and a bitmap of their own', () => {
    fc.assert(
      fc.property(nullable, fc.nat(40), fc.nat(40), fc.nat(20), (values, from, to, shift) => {
        kernel.release(clean);
        const row = Math.min(from, to, values.length);
        const end = Math.min(Math.max(from, to), values.length);
        const kept = keepColumn(kernel, putText(kernel, values, shift), row, end);
        const range = values.slice(row, end);
        const nulls = range.filter((value) => value === null).length;
        expect(Buffer.from(kept.plain).equals(plainOf(range))).toBe(true);
        expect(kept.nulls).toBe(nulls);
        if (nulls === 0) expect(kept.validity).toBeNull();
        else {
          const bits = [...(kept.validity ?? [])].flatMap((byte) =>
            Array.from({ length: 8 }, (_, bit) => (byte >> bit) & 1),
          );
          expect(bits.slice(0, range.length)).toEqual(range.map((value) => (value === null ? 0 : 1)));
          expect(bits.slice(range.length).every((bit) => bit === 0)).toBe(true);
          expect(kept.validity?.length).toBe(Math.ceil(range.length / 8));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('are not written where room is missing', () => {
    kernel.release(clean);
    const { offsets, values } = putText(kernel, ['abc', 'd']);
    const out = kernel.reserve(12);
    expect(kernel.toPlain(offsets, values, 0, 0, 2, out, 12)).toBe(12);
    for (const room of [0, 3, 6, 7, 11]) expect(kernel.toPlain(offsets, values, 0, 0, 2, out, room)).toBe(-1);
  });
});

describe('checks of offsets', () => {
  it('take only offsets that rise from 0 or more to within the bytes', () => {
    const check = (offsets: number[], bytes: number): boolean => {
      kernel.release(clean);
      const at = kernel.reserve(4 * offsets.length);
      kernel.ints(at, offsets.length).set(offsets);
      return kernel.offsetsRise(at, offsets.length - 1, bytes) !== 0;
    };
    expect(check([0], 0)).toBe(true);
    expect(check([0, 0, 3, 3, 7], 7)).toBe(true);
    expect(check([2, 5], 5)).toBe(true);
    expect(check([0, 8], 7)).toBe(false);
    expect(check([8], 7)).toBe(false);
    expect(check([-1, 5], 7)).toBe(false);
    expect(check([0, 5, 4, 7], 7)).toBe(false);
    expect(check([0, 0x7fffffff, -0x80000000], 0xffffffff)).toBe(false);
    expect(check([0, 5, -1], 7)).toBe(false);
  });

  it('find the offset that splits a character', () => {
    const split = (offsets: number[], bytes: Buffer): number => {
      kernel.release(clean);
      const at = kernel.reserve(4 * offsets.length);
      kernel.ints(at, offsets.length).set(offsets);
      return kernel.splitCharacter(at, kernel.put(bytes), offsets.length - 1, bytes.length);
    };
    const bytes = Buffer.from('aé漢😀'); // a at 0, é at 1, 漢 at 3, 😀 at 6, end at 10
    expect(split([0, 1, 3, 3, 6, 10], bytes)).toBe(-1);
    expect(split([0, 2, 10], bytes)).toBe(1);
    expect(split([4, 10], bytes)).toBe(0);
    expect(split([0, 9], bytes)).toBe(1);
  });
});

describe('skip bytes', () => {
  it('mark nulls and keep an earlier reason', () => {
    fc.assert(
      fc.property(nullable, (values) => {
        kernel.release(clean);
        const { validity } = putText(kernel, [...values, null]);
        const skip = kernel.reserve(values.length);
        kernel.bytes(skip, values.length).set(values.map((_, row) => (row % 5 === 0 ? 3 : 0)));
        kernel.skipNulls(validity, values.length, 1, skip);
        const expected = values.map((value, row) => (row % 5 === 0 ? 3 : value === null ? 1 : 0));
        expect([...kernel.bytes(skip, values.length)]).toEqual(expected);
      }),
    );
  });
});
