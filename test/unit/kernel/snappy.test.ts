import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openKernel } from '../../../src/kernel/kernel.ts';

const kernel = openKernel();
const HISTORY = 1 << 16;

/** A literal, or a reference back. */
type Element = { readonly bytes: Uint8Array } | { readonly offset: number; readonly length: number };

function littleEndian(value: number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, i) => Math.floor(value / 2 ** (8 * i)) & 255);
}

function literal(bytes: Uint8Array, wide: boolean): number[] {
  const length = bytes.length - 1;
  if (length < 60 && !wide) return [length << 2, ...bytes];
  const more = wide ? 4 : length < 256 ? 1 : 2;
  return [(59 + more) << 2, ...littleEndian(length, more), ...bytes];
}

function encode(element: Element, wide: boolean): number[] {
  if ('bytes' in element) return literal(element.bytes, wide);
  const { offset, length } = element;
  if (length >= 4 && length < 12 && offset < 2048 && !wide)
    return [((offset >> 8) << 5) | ((length - 4) << 2) | 1, offset & 255];
  const bytes = wide ? 4 : 2;
  return [((length - 1) << 2) | (wide ? 3 : 2), ...littleEndian(offset, bytes)];
}

/** Elements as the format's description has them, one byte after the other. */
function unpack(elements: readonly Element[]): number[] {
  const out: number[] = [];
  for (const element of elements) {
    if ('bytes' in element) out.push(...element.bytes);
    else for (let i = 0; i < element.length; i++) out.push(out[out.length - element.offset] ?? 0);
  }
  return out;
}

/** Fed in pieces and with room as they are given; null for a reference that reaches too far back. */
function unpackInPieces(packed: Uint8Array, pieces: readonly number[], rooms: readonly number[]): Uint8Array | null {
  const mark = kernel.mark();
  const state = kernel.reserve(20);
  kernel.ints(state, 5).fill(0);
  const input = kernel.reserve(packed.length + 8);
  const output = kernel.reserve(HISTORY);
  let waiting = 0;
  let to = output;
  let room = output;
  let turn = 0;
  for (let at = 0; at < packed.length;) {
    const piece = packed.subarray(at, at + (pieces[turn % pieces.length] ?? 1));
    at += piece.length;
    kernel.bytes(input + waiting, piece.length).set(piece);
    const end = input + waiting + piece.length;
    let src = input;
    for (let status = 1; status === 1;) {
      status = kernel.snappyPiece(state, src, end, output, to, room);
      [src = 0, to = 0] = kernel.ints(state, 2);
      if (status === 2) return null;
      if (to > room) throw new Error('wrote past its room');
      room = Math.max(room, to + (rooms[turn++ % rooms.length] ?? 1));
    }
    waiting = end - src;
    if (waiting > 4) throw new Error(`${waiting} bytes of input were left`);
    kernel.bytes(input, waiting).set(kernel.bytes(src, waiting));
  }
  const out = kernel.bytes(output, to - output).slice();
  kernel.release(mark);
  return out;
}

const bytes = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 20 }),
  fc.uint8Array({ minLength: 55, maxLength: 70 }),
  fc.uint8Array({ minLength: 250, maxLength: 600 }),
);
const reference = fc.record({ offset: fc.integer({ min: 1, max: 3000 }), length: fc.integer({ min: 1, max: 64 }) });
const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 900 })), {
  minLength: 1,
  maxLength: 8,
});

describe('snappy in pieces', () => {
  test('gives what whole blocks give, wherever input and room end', () => {
    fc.assert(
      fc.property(
        bytes,
        fc.array(
          fc.oneof(
            bytes.map((some) => ({ bytes: some })),
            reference,
          ),
          { maxLength: 25 },
        ),
        fc.array(fc.boolean(), { minLength: 1, maxLength: 5 }),
        sizes,
        sizes,
        (first, rest, wide, pieces, rooms) => {
          const elements = [{ bytes: first }, ...rest].map((element): Element =>
            'bytes' in element ? element : { ...element, offset: 1 + ((element.offset - 1) % first.length) },
          );
          const packed = Uint8Array.from(
            elements.flatMap((element, i) => encode(element, wide[i % wide.length] ?? true)),
          );
          const out = unpackInPieces(packed, pieces, rooms);
          expect(out === null ? null : Buffer.from(out).equals(Buffer.from(unpack(elements)))).toBe(true);
        },
      ),
    );
  });

  test.each([
    ['before the beginning', [...literal(Uint8Array.of(1, 2, 3), false), ...encode({ offset: 4, length: 5 }, false)]],
    ['to nowhere', [...literal(Uint8Array.of(1, 2, 3), false), ...encode({ offset: 0, length: 5 }, true)]],
    ['two thousand million bytes back', [0, 1, ...encode({ offset: 2 ** 31, length: 5 }, true)]],
  ])('stops at a reference %s', (_, packed) => {
    expect(unpackInPieces(Uint8Array.from(packed), [100], [100])).toBeNull();
  });

  test('any bytes at all end, within their room', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), sizes, (packed, pieces) => {
        unpackInPieces(packed, pieces, [64]);
      }),
    );
  });
});
