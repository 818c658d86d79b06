/** Bits of the fraction, the smallest power of two and the digits that always suffice, by width. */
const WIDTHS = {
  16: { fraction: 10, smallest: -24, digits: 5 },
  32: { fraction: 23, smallest: -149, digits: 9 },
} as const;

/**
 * The shortest text that reads back as `value` among the numbers of a 16 or 32-bit float, spelt as JavaScript spells numbers.
 * `value` is one of those numbers. Of several texts of that length the nearest wins, as ECMA-262 Number::toString has it for doubles.
 */
export function shortestFloat(value: number, bits: 16 | 32): string {
  const size = Math.abs(value);
  if (size === 0 || !Number.isFinite(size) || (Number.isInteger(size) && size < 2 ** (WIDTHS[bits].fraction + 1))) {
    return String(value);
  }
  const interval = roundingInterval(size, bits);
  // Every decimal of 6 digits survives a normal 32-bit float, so nothing shorter than 6 digits can be missed there.
  const fewest = bits === 32 && size >= 2 ** -126 ? 6 : 1;
  for (let digits = fewest; digits <= WIDTHS[bits].digits; digits++) {
    const nearest = size.toExponential(digits - 1);
    if (readsBack(nearest, interval)) return spelt(nearest, value);
    if (interval.lopsided) {
      const above = nextUp(nearest);
      if (readsBack(above, interval)) return spelt(above, value);
    }
  }
  return String(value);
}

interface Interval {
  /** Half-way to the neighbours: exact doubles. */
  readonly low: number;
  readonly high: number;
  /** A tie is read as the neighbour with an even fraction. */
  readonly inclusive: boolean;
  /** A power of two: its lower neighbour is nearer, so the nearest text may miss where a farther one above reads back. */
  readonly lopsided: boolean;
}

function roundingInterval(size: number, bits: 16 | 32): Interval {
  const { fraction, smallest } = WIDTHS[bits];
  const exponent = exponentOf(size);
  const step = 2 ** Math.max(exponent - fraction, smallest);
  const lopsided = size === 2 ** exponent && exponent - fraction > smallest;
  return {
    low: size - step / (lopsided ? 4 : 2),
    high: size + step / 2,
    inclusive: (size / step) % 2 === 0,
    lopsided,
  };
}

function exponentOf(size: number): number {
  let exponent = Math.floor(Math.log2(size));
  if (2 ** exponent > size) exponent--;
  if (2 ** (exponent + 1) <= size) exponent++;
  return exponent;
}

function readsBack(text: string, { low, high, inclusive }: Interval): boolean {
  const [below, above] = [compare(text, low), compare(text, high)];
  return below > 0 || (inclusive && below === 0) ? above < 0 || (inclusive && above === 0) : false;
}

/** Sign of (decimal text - number), exact even where the text rounds to that number. */
function compare(text: string, bound: number): number {
  const rounded = Number(text);
  if (rounded !== bound) return rounded < bound ? -1 : 1;
  const [ours = '', theirs = ''] = [text, bound.toExponential(100)].map(digitsOf);
  const padded = ours.padEnd(theirs.length, '0');
  return padded === theirs ? 0 : padded < theirs ? -1 : 1;
}

/** The digits before the exponent. Only compared where the exponents are the same: both numbers round to one double, and none is a power of ten. */
function digitsOf(exponential: string): string {
  return exponential.slice(0, exponential.indexOf('e')).replace('.', '');
}

/** One more in the last digit of `d.ddde±x`. */
function nextUp(exponential: string): string {
  const at = exponential.indexOf('e');
  const digits = digitsOf(exponential);
  return `${Number(digits) + 1}e${Number(exponential.slice(at + 1)) - digits.length + 1}`;
}

/** Few enough digits for a double to give them back. */
function spelt(exponential: string, value: number): string {
  return String(value < 0 ? -Number(exponential) : Number(exponential));
}
