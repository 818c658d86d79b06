import type { Kernel } from '../../../kernel/kernel.ts';
import type { TextColumn } from '../../../kernel/textColumn.ts';
import { shortestFloat } from './shortestFloat.ts';
import { withTexts } from './withTexts.ts';

/** Longest spelling: `-1.2345678901234567e-300`; plain digits go up to 1e21. */
const MOST_BYTES = 26;
/** Rows whose texts are joined into one string before they cross into the kernel: one crossing a group, not one a value. */
const GROUP = 2048;

const encoder = new TextEncoder();

/**
 * Floats of 16, 32 or 64 bits at `data` as the shortest text that reads back the same at their width, spelt as JavaScript spells numbers (-0 is `0`).
 * JavaScript's own number printing does it, since being spelt as JavaScript does is the rule and its engine is exact and fast.
 */
export function floatText(
  kernel: Kernel,
  bits: 16 | 32 | 64,
  rows: number,
  data: number,
  validity: number,
  nulls: number,
): TextColumn {
  return withTexts(kernel, rows, rows * MOST_BYTES, validity, nulls, (offsets, out) => {
    const bytes = kernel.bytes(data, (rows * bits) / 8);
    const present = validity === 0 ? null : kernel.bytes(validity, Math.ceil(rows / 8));
    const spell = speller(bits, new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    const ends = kernel.ints(offsets, rows + 1);
    ends[0] = 0;
    let written = 0;
    for (let from = 0; from < rows; from += GROUP) {
      const to = Math.min(rows, from + GROUP);
      let joined = '';
      for (let row = from; row < to; row++) {
        if (present === null || ((present[row >> 3] ?? 0) >> (row & 7)) & 1) joined += spell(row);
        ends[row + 1] = written + joined.length;
      }
      encoder.encodeInto(joined, kernel.bytes(out + written, joined.length));
      written += joined.length;
    }
    return written;
  });
}

/** Spells the value of a row; equal neighbours are spelt once. */
function speller(bits: 16 | 32 | 64, view: DataView): (row: number) => string {
  if (bits === 16) return (row) => half(view.getUint16(row * 2, true));
  let last = 0;
  let text = '0';
  return (row) => {
    const value = bits === 64 ? view.getFloat64(row * 8, true) : view.getFloat32(row * 4, true);
    if (value !== last) {
      last = value;
      text = bits === 64 ? String(value) : single(value);
    }
    return text;
  };
}

const singles = new Float32Array(1);
const singleBits = new Uint32Array(singles.buffer);

/** Text of a number of a 32-bit float. */
function single(value: number): string {
  const size = Math.abs(value);
  // Below 2^24 whole numbers have a text of their own; the others that JavaScript spells itself are no numbers of ours.
  if (!Number.isFinite(size) || (size < 2 ** 24 && Number.isInteger(size))) return String(value);
  singles[0] = size;
  const bits = singleBits[0] ?? 0;
  const at = (neighbour: number): number => {
    singleBits[0] = neighbour;
    return singles[0] ?? 0;
  };
  const above = bits === 0x7f7fffff ? 2 ** 128 : at(bits + 1);
  // Every decimal of 6 digits survives a normal 32-bit float, so nothing shorter than 6 digits can be missed there.
  const fewest = bits >= 0x800000 ? 6 : 1;
  return signed(value, shortestFloat({ below: at(bits - 1), size, above, even: bits % 2 === 0 }, fewest, 9));
}

function signed(value: number, exponential: string): string {
  return String(value < 0 ? -Number(exponential) : Number(exponential));
}

const halves = new Map<number, string>();

/** Text of a half float by its 16 bits; there are few enough to keep. */
function half(raw: number): string {
  let text = halves.get(raw);
  if (text === undefined) {
    text = spellHalf(raw);
    halves.set(raw, text);
  }
  return text;
}

function spellHalf(raw: number): string {
  const value = halfToNumber(raw);
  const bits = raw & 0x7fff;
  if (bits === 0 || bits >= 0x7c00) return String(value);
  const size = halfToNumber(bits);
  const above = bits === 0x7bff ? 65_536 : halfToNumber(bits + 1);
  return signed(value, shortestFloat({ below: halfToNumber(bits - 1), size, above, even: bits % 2 === 0 }, 1, 5));
}

function halfToNumber(raw: number): number {
  const sign = raw & 0x8000 ? -1 : 1;
  const exponent = (raw >> 10) & 31;
  const fraction = raw & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}
