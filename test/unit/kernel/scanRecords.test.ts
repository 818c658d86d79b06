import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openKernel } from '../../../src/kernel/kernel.ts';

const kernel = openKernel();
const clean = kernel.mark();
const CANARY = 0xa5;
const ROWS = 64;

interface Scanned {
  rows: number;
  stopped: number;
  odd: boolean;
}

/** Areas with canaries around them, for `count` columns of a text of `size` bytes. */
function areas(count: number, size: number) {
  const guards: number[] = [];
  const guarded = (bytes: number): number => {
    const at = kernel.reserve(bytes + 32); // what may be written past an area's end
    const guard = kernel.reserve(64);
    kernel.bytes(guard, 64).fill(CANARY);
    guards.push(guard);
    return at;
  };
  const columns = Array.from({ length: count }, () => ({
    offsets: guarded(4 * (ROWS + 1)),
    values: guarded(size),
    validity: guarded(ROWS / 8),
  }));
  const slots = guarded(32 * count);
  kernel
    .ints(slots, 8 * count)
    .set(columns.flatMap(({ offsets, values, validity }) => [offsets, values, 0, validity, 0, 0, 0, 0]));
  for (const { offsets, validity } of columns) {
    kernel.ints(offsets, 1)[0] = 0;
    kernel.bytes(validity, ROWS / 8).fill(0xff);
  }
  return {
    slots,
    state: guarded(8),
    intact: () => guards.every((guard) => kernel.bytes(guard, 64).every((byte) => byte === CANARY)),
  };
}

function input(bytes: Uint8Array): number {
  const at = kernel.put(bytes);
  return at;
}

function outcome(rows: number, state: number, from: number): Scanned {
  const [stopped = 0, odd = 0] = kernel.ints(state, 2);
  return { rows, stopped: stopped - from, odd: odd === 1 };
}

/** Scans JSON lines for the keys `a`, `b` and `a.b`. */
function scanJsonl(bytes: Uint8Array): Scanned & { intact: boolean } {
  kernel.release(clean);
  const { slots, state, intact } = areas(3, bytes.length);
  const a = kernel.put(Uint8Array.of(0x61));
  const b = kernel.put(Uint8Array.of(0x62));
  const nodes = kernel.reserve(3 * 32);
  kernel.ints(nodes, 24).set([a, 1, 0, 2, 1, 0, 0, 0, b, 1, 1, 3, 0, 0, 0, 0, b, 1, 2, 3, 0, 0, 0, 0]);
  const from = input(bytes);
  const rows = kernel.scanJsonl(from, from + bytes.length, 0, ROWS, nodes, 2, slots, 3, state);
  return { ...outcome(rows, state, from), intact: intact() };
}

function scanCsv(bytes: Uint8Array, fields: number): Scanned & { intact: boolean } {
  kernel.release(clean);
  const { slots, state, intact } = areas(2, bytes.length);
  const wanted = kernel.reserve(4 * fields);
  kernel.ints(wanted, fields).set([1, -1, 0].slice(0, fields));
  const from = input(bytes);
  const rows = kernel.scanCsv(from, from + bytes.length, 0, ROWS, 44, fields, wanted, slots, 2, state);
  return { ...outcome(rows, state, from), intact: intact() };
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

describe('scanJsonl', () => {
  it('takes plain lines itself: nesting, escapes, surrogates, doubled keys, white space, blank lines', () => {
    const lines = [
      '{"a":1,"b":"x"}', '{ }', '', ' \t\r', '{"a":{"b":[1,{"c":"\\u0041\\ud800"}]},"b":null}', '{"a":"\\ud83d\\ude00\\ud83d","a":2}\r',
      ' { "a" : -1.5e+10 , "z" : [ [ ] , { } , true , false , null ] } ', `{"z":${'['.repeat(64)}${']'.repeat(64)}}`, '{"\ufeffa":1}', '{"":1}',
    ]; // prettier-ignore
    const text = utf8(lines.map((line) => `${line}\n`).join(''));
    expect(scanJsonl(text)).toEqual({ rows: 8, stopped: text.length, odd: false, intact: true });
  });

  it('leaves to the strict parser what it does not know: keys with escapes, 65 levels, and all that is no JSON', () => {
    for (const odd of ['{"\\u0061":1}', `{"z":${'['.repeat(65)}${']'.repeat(65)}}`, '{"a":1}}', '[]', '{"a":01}'])
      expect(scanJsonl(utf8(`{"a":1}\n${odd}\n{"a":1}\n`))).toEqual({ rows: 1, stopped: 8, odd: true, intact: true });
  });

  it('accepts no line that JSON.parse refuses, and writes nowhere else, whatever the bytes', () => {
    const token = fc.constantFrom(
      '{', '}', '[', ']', ',', ':', '"', '\\', '"a"', '"b"', '"a":', '"b":', '{"a":', '1', '-', '.5', 'e9', '0', 'true', 'false', 'null', ' ', '\t', '\r',
      '\\u', '\\ud83d', '\\ude00', '\\n', 'é', '\u0001', '\n', 'nul', '"x":{"b":', '"long long long long long text"',
    ); // prettier-ignore
    fc.assert(
      fc.property(fc.array(token, { maxLength: 14 }), fc.boolean(), (tokens, wrap) => {
        const line = wrap ? `{"a":${tokens.join('').replaceAll('\n', '')}}` : tokens.join('');
        const text = utf8(`${line}\n`);
        const { rows, stopped, odd, intact } = scanJsonl(text);
        expect(intact).toBe(true);
        const lines = new TextDecoder('utf-8', { ignoreBOM: true })
          .decode(text.subarray(0, stopped))
          .split('\n')
          .filter((each) => each.trim() !== '');
        expect(rows).toBe(lines.length);
        for (const each of lines) expect(() => JSON.parse(each) as unknown).not.toThrow();
        if (odd) {
          const rest =
            new TextDecoder('utf-8', { ignoreBOM: true }).decode(text.subarray(stopped)).split('\n')[0] ?? '';
          const isObject = (): boolean => {
            try {
              return (JSON.parse(rest) as unknown)?.constructor === Object;
            } catch {
              return false;
            }
          };
          expect(isObject() && !/"[^"]*\\[^"]*"\s*:/.test(rest)).toBe(false);
        }
      }),
      { numRuns: 3000 },
    );
  });
});

describe('scanCsv', () => {
  it('takes plain records itself, and stops before an incomplete one', () => {
    const text = utf8('1,x,a\n\n"2","y\n""z""",\r\n\r\n,,""\n4,5" ,6\n7,"8');
    expect(scanCsv(text, 3)).toEqual({ rows: 4, stopped: text.length - 4, odd: false, intact: true });
  });

  it('leaves to the strict parser: other numbers of fields, text behind a quote, a carriage return alone', () => {
    for (const odd of ['1,2\n', '1,2,3,4\n', '1,"2"x,3\n', '1,"2" ,3\n', '1,2\r,3\n', '1\r2,3,4\n'])
      expect(scanCsv(utf8(`1,2,3\n${odd}4,5,6\n`), 3)).toEqual({ rows: 1, stopped: 6, odd: true, intact: true });
  });

  it('writes nowhere else, whatever the bytes and wherever the input is cut', () => {
    const token = fc.constantFrom(
      '"',
      '""',
      ',',
      '\n',
      '\r\n',
      '\r',
      'a',
      'plain words and more of them',
      'é',
      ' ',
      '\0',
    );
    fc.assert(
      fc.property(fc.array(token, { maxLength: 30 }), fc.integer({ min: 1, max: 3 }), (tokens, fields) => {
        const text = utf8(tokens.join(''));
        const { rows, stopped, intact } = scanCsv(text, fields);
        expect(intact).toBe(true);
        expect(stopped <= text.length && rows <= ROWS).toBe(true);
        expect(stopped === 0 || text[stopped - 1] === 10).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});
