import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { invalidUtf8At } from '../../../src/core/datasets/textFile/textEncoding.ts';
import { openKernel } from '../../../src/kernel/kernel.ts';

const kernel = openKernel();
const clean = kernel.mark();

/** The kernel's word on bytes that lie at an odd address between bytes that are not theirs. */
function kernelSays(bytes: Uint8Array, shift: number): boolean {
  kernel.release(clean);
  const at = kernel.reserve(bytes.length + shift + 64) + shift;
  kernel.bytes(at - shift, bytes.length + shift + 64).fill(0xbf);
  kernel.bytes(at, bytes.length).set(bytes);
  return kernel.validUtf8(at, at + bytes.length) !== 0;
}

function decoderSays(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

const EDGES = [
  [0xc0, 0x80], [0xc1, 0xbf], [0xc2, 0x80], [0xdf, 0xbf], [0xe0, 0x80, 0x80], [0xe0, 0x9f, 0xbf], [0xe0, 0xa0, 0x80],
  [0xed, 0x9f, 0xbf], [0xed, 0xa0, 0x80], [0xed, 0xbf, 0xbf], [0xee, 0x80, 0x80], [0xef, 0xbf, 0xbf], [0xf0, 0x80, 0x80, 0x80],
  [0xf0, 0x8f, 0xbf, 0xbf], [0xf0, 0x90, 0x80, 0x80], [0xf4, 0x8f, 0xbf, 0xbf], [0xf4, 0x90, 0x80, 0x80], [0xf5, 0x80, 0x80, 0x80],
  [0xf8, 0x88, 0x80, 0x80, 0x80], [0xff], [0xfe], [0x80], [0xbf], [0xc2], [0xe1], [0xe1, 0x80], [0xf1], [0xf1, 0x80], [0xf1, 0x80, 0x80],
  [0xc2, 0x41], [0xe1, 0x80, 0x41], [0xf1, 0x80, 0x80, 0x41], [0xc2, 0x80, 0x80], [0xe1, 0x80, 0x80, 0x80], [0xf1, 0x80, 0x80, 0x80, 0x80],
]; // prettier-ignore

describe('validUtf8', () => {
  it('agrees with TextDecoder on every edge of the encoding, at every place of a block', () => {
    for (const edge of EDGES) {
      for (let before = 0; before < 70; before++) {
        for (const behind of [0, 1, 3, 20, 70]) {
          const bytes = new Uint8Array(before + edge.length + behind).fill(0x61);
          bytes.set(edge, before);
          expect([edge, before, behind, kernelSays(bytes, before % 16)]).toEqual([
            edge,
            before,
            behind,
            decoderSays(bytes),
          ]);
        }
      }
    }
  });

  it('does not join a character over a stretch of ASCII', () => {
    for (let before = 0; before < 130; before++) {
      for (const between of [1, 16, 48, 64, 128]) {
        const bytes = new Uint8Array(before + between + 20).fill(0x61);
        bytes[before] = 0xc2;
        bytes[before + between + 1] = 0x80;
        expect([before, between, kernelSays(bytes, 0)]).toEqual([before, between, false]);
      }
    }
  });

  it('agrees with TextDecoder on texts of all planes, whole and with a byte changed', () => {
    const text = fc.string({ unit: 'binary', minLength: 0, maxLength: 120 });
    fc.assert(
      fc.property(text, fc.nat(), fc.nat(255), fc.nat(15), (value, place, byte, shift) => {
        const bytes = new TextEncoder().encode(value);
        expect(kernelSays(bytes, shift)).toBe(true);
        if (bytes.length === 0) return;
        bytes[place % bytes.length] = byte;
        expect(kernelSays(bytes, shift)).toBe(decoderSays(bytes));
        expect(invalidUtf8At(bytes) < 0).toBe(decoderSays(bytes));
      }),
      { numRuns: 1000 },
    );
  });

  it('agrees with TextDecoder on bytes that are mostly not ASCII', () => {
    const byte = fc.constantFrom(
      0x41,
      0x80,
      0x8f,
      0x90,
      0x9f,
      0xa0,
      0xbf,
      0xc2,
      0xe0,
      0xe1,
      0xed,
      0xef,
      0xf0,
      0xf1,
      0xf4,
    );
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 6 }), fc.nat(70), (some, before) => {
        const bytes = Uint8Array.from([...new Array<number>(before).fill(0x61), ...some]);
        expect(kernelSays(bytes, 0)).toBe(decoderSays(bytes));
      }),
      { numRuns: 3000 },
    );
  });
});

describe('invalidUtf8At', () => {
  it('names the first byte that is wrong', () => {
    expect(invalidUtf8At(Uint8Array.of(0x61, 0xc3, 0xa9, 0xe9, 0x62))).toBe(3);
    expect(invalidUtf8At(Uint8Array.of(0x61, 0xe2, 0x82))).toBe(1);
    expect(invalidUtf8At(new TextEncoder().encode('né😀'))).toBe(-1);
  });
});
