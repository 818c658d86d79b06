/** A positive number of a narrow float and its neighbours there. */
export interface Neighbours {
  readonly below: number;
  readonly size: number;
  readonly above: number;
  /** Its last bit is 0: a text half-way to a neighbour reads back as this number. */
  readonly even: boolean;
}

/**
 * The shortest text of `fewest` to `most` significant digits that reads back as `size` rather than a neighbour, in JavaScript's exponential form
 * (`1.5e+0`). Of several of that length the nearest wins, of two as near the even one, as ECMA-262 Number::toString has it for doubles.
 */
export function shortestFloat(number: Neighbours, fewest: number, most: number): string {
  const { below, size, above, even } = number;
  // Half-way to the neighbours: a double has bits to spare, so both are exact.
  const low = (below + size) / 2;
  const high = (size + above) / 2;
  // A power of two lies nearer to the number below it, so the nearest text may miss where a farther one above it reads back.
  const lopsided = size - below < above - size;
  for (let digits = fewest; digits < most; digits++) {
    const nearest = nearestText(size, digits);
    if (readsBack(nearest, low, high, even)) return nearest;
    if (!lopsided) continue;
    const upper = nextUp(nearest);
    if (readsBack(upper, low, high, even)) return upper;
  }
  return nearestText(size, most);
}

/** Only a number this coarse can lie half-way between two texts of up to 9 digits. */
const TIE_STEP = 2 ** 15;

/** The text of so many digits nearest to a number; `toExponential` takes the greater of two as near, we the even one. */
function nearestText(size: number, digits: number): string {
  const text = size.toExponential(digits - 1);
  if ((size * TIE_STEP) % 1 !== 0) return text;
  const longer = size.toExponential(digits);
  const at = longer.indexOf('e');
  if (longer[at - 1] !== '5' || size.toExponential(digits + 30).replace(/0+e/, 'e') !== longer) return text;
  const lower = longer.slice(0, at - 1).replace(/\.$/, '');
  return Number(lower.at(-1)) % 2 === 0 ? lower + longer.slice(at) : text;
}

function readsBack(text: string, low: number, high: number, even: boolean): boolean {
  const rounded = Number(text);
  if (rounded > low && rounded < high) return true;
  if (rounded !== low && rounded !== high) return false;
  const side = compareExactly(text, rounded);
  return side === 0 ? even : rounded === low ? side > 0 : side < 0;
}

/** Sign of (text - number) where the text rounds to that number: by all their digits. */
function compareExactly(text: string, number: number): number {
  const theirs = digitsOf(number.toExponential(100));
  const ours = digitsOf(text).padEnd(theirs.length, '0');
  return ours === theirs ? 0 : ours < theirs ? -1 : 1;
}

function digitsOf(exponential: string): string {
  return exponential.slice(0, exponential.indexOf('e')).replace('.', '');
}

/** One more in the last digit of `d.ddde±x`. */
function nextUp(exponential: string): string {
  const at = exponential.indexOf('e');
  const digits = digitsOf(exponential);
  return `${Number(digits) + 1}e${Number(exponential.slice(at + 1)) - digits.length + 1}`;
}
