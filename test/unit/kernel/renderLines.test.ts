import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openKernel } from '../../../src/kernel/kernel.ts';
import { stringify } from '../../support/jsonLine.ts';
import { putText } from '../../support/textColumns.ts';

const kernel = openKernel();
const clean = kernel.mark();
const REASON = 7;
const NO_LIMIT = 0xffffffff;
const CANARY = 0xa5;

const text = fc
  .array(fc.constantFrom('a', 'é', '😀', '"', '\\', '\n', '\u0001', 'some more words '), { maxLength: 8 })
  .map((parts) => parts.join(''));

const inside = (value: string): string => stringify(value).slice(1, -1);

/** Two literals around a column; the areas behind them stay as they are. */
function lay(values: readonly string[], literal: string) {
  kernel.release(clean);
  const column = putText(kernel, values);
  const bytes = Buffer.from(literal);
  const at = kernel.put(bytes);
  const segments = kernel.reserve(36);
  kernel.ints(segments, 9).set([0, at, bytes.length, 1, column.offsets, column.values, 0, at, bytes.length]);
  const skip = kernel.reserve(values.length);
  kernel.bytes(skip, values.length).fill(0);
  const lengths = kernel.reserve(4 * values.length);
  return { segments, skip, lengths };
}

describe('renderLines', () => {
  it('writes nothing outside its room and 15 spare bytes, and goes on where it stopped', () => {
    fc.assert(
      fc.property(
        fc.array(text, { minLength: 1, maxLength: 12 }),
        fc.string({ maxLength: 20 }),
        fc.nat(300),
        (values, literal, room) => {
          const lines = values.map((value) => `${literal}${inside(value)}${literal}`);
          const { segments, skip, lengths } = lay(values, literal);
          const area = kernel.reserve(room + 64) + 16;
          let rendered = '';
          for (let row = 0; row < values.length;) {
            kernel.bytes(area - 16, room + 64).fill(CANARY);
            const to = kernel.renderLines(row, values.length, segments, 3, skip, REASON, NO_LIMIT, area, room, lengths);
            const written = kernel.renderedBytes();
            expect(written).toBeLessThanOrEqual(room);
            expect(kernel.bytes(area - 16, 16).every((byte) => byte === CANARY)).toBe(true);
            expect(kernel.bytes(area + room + 15, 33).every((byte) => byte === CANARY)).toBe(true);
            rendered += Buffer.from(kernel.bytes(area, written)).toString('utf8');
            if (to < values.length) {
              const needed = Buffer.byteLength(lines[to] ?? '');
              expect(kernel.ints(lengths, values.length)[to]).toBe(needed);
              expect(written + needed).toBeGreaterThan(room);
            }
            if (to === row) break; // more room is needed
            row = to;
          }
          expect(lines.join('').startsWith(rendered)).toBe(true);
          if (lines.every((line) => Buffer.byteLength(line) <= room)) expect(rendered).toBe(lines.join(''));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('fits lines exactly into their room, to the byte', () => {
    const values = ['plain', '"\u0001\n', ''];
    const total = Buffer.byteLength(values.map((value) => `<${inside(value)}<`).join(''));
    for (const [room, rows] of [
      [total, 3],
      [total - 1, 2],
    ] as const) {
      const { segments, skip, lengths } = lay(values, '<');
      const out = kernel.reserve(room);
      expect(kernel.renderLines(0, 3, segments, 3, skip, REASON, NO_LIMIT, out, room, lengths)).toBe(rows);
    }
  });

  it('passes over rows whose skip byte is set and gives them the length 0', () => {
    const { segments, skip, lengths } = lay(['a', 'b', 'c', 'd'], '|');
    kernel.bytes(skip, 4).set([1, 0, 255, 0]);
    kernel.ints(lengths, 4).fill(-1);
    const out = kernel.reserve(100);
    expect(kernel.renderLines(0, 4, segments, 3, skip, REASON, NO_LIMIT, out, 100, lengths)).toBe(4);
    expect(Buffer.from(kernel.bytes(out, kernel.renderedBytes())).toString()).toBe('|b||d|');
    expect([...kernel.ints(lengths, 4)]).toEqual([0, 3, 0, 3]);
    expect([...kernel.bytes(skip, 4)]).toEqual([1, 0, 255, 0]);
  });

  it('takes offsets that fall for empty texts', () => {
    const { segments, skip, lengths } = lay(['aaaa', 'bbbb', 'cccc'], '|');
    kernel.ints(kernel.ints(segments, 9)[4] ?? 0, 4).set([8, 4, 8, 0]);
    const out = kernel.reserve(100);
    kernel.measureLines(0, 3, segments, 3, skip, lengths);
    expect([...kernel.ints(lengths, 3)]).toEqual([2, 6, 2]);
    expect(kernel.renderLines(0, 3, segments, 3, skip, REASON, NO_LIMIT, out, 100, lengths)).toBe(3);
    expect([...kernel.ints(lengths, 3)]).toEqual([2, 6, 2]);
  });
});
