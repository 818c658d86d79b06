import { TrancheError } from '../../errors.ts';

const SAMPLE_BYTES = 4096;
/** Share of zero bytes at every second place that only UTF-16 has. */
const UTF16_SHARE = 0.4;

/** What to do about bytes that are not UTF-8. */
export const CONVERT = 'convert the file to UTF-8 first, for example with iconv -f windows-1252 -t utf-8';

/** Bytes of the UTF-8 byte order mark at the start of a text, 0 if it has none. */
export function bomBytes(start: Uint8Array): number {
  return start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf ? 3 : 0;
}

/** Throws `badData` if a text that begins like this is UTF-16 or UTF-32, by its byte order mark or by its zero bytes. */
export function refuseWideText(start: Uint8Array, name: string): void {
  const encoding = wideEncoding(start);
  if (encoding === null) return;
  throw new TrancheError(
    'badData',
    `${name} is ${encoding}, and only UTF-8 is read: convert it first, for example with iconv -f ${encoding} -t utf-8.`,
  );
}

const MARKS: readonly (readonly [string, readonly number[]])[] = [
  ['utf-32', [0xff, 0xfe, 0, 0]],
  ['utf-32', [0, 0, 0xfe, 0xff]],
  ['utf-16', [0xff, 0xfe]],
  ['utf-16', [0xfe, 0xff]],
];

function wideEncoding(start: Uint8Array): string | null {
  const marked = MARKS.find(([, mark]) => mark.every((byte, at) => start[at] === byte));
  if (marked !== undefined) return marked[0];
  const sample = start.subarray(0, Math.min(SAMPLE_BYTES, start.length - (start.length % 2)));
  const even = sample.filter((byte, at) => at % 2 === 0 && byte === 0).length;
  const odd = sample.filter((byte, at) => at % 2 === 1 && byte === 0).length;
  const many = (UTF16_SHARE * sample.length) / 2;
  if (sample.length < 4 || Math.max(even, odd) < many || Math.min(even, odd) * 8 > Math.max(even, odd)) return null;
  return odd > even ? 'utf-16le' : 'utf-16be';
}

/** Index of the first byte that is not part of valid UTF-8, -1 if there is none. For error sentences: a byte at a time. */
export function invalidUtf8At(bytes: Uint8Array): number {
  for (let at = 0; at < bytes.length;) {
    const length = characterBytes(bytes, at);
    if (length === 0) return at;
    at += length;
  }
  return -1;
}

/** First bytes from .. to, bytes of the character, and the range of its second byte (Unicode 15, table 3-7). */
const CHARACTERS: readonly (readonly [from: number, to: number, bytes: number, low: number, high: number])[] = [
  [0x00, 0x7f, 1, 0, 0],
  [0xc2, 0xdf, 2, 0x80, 0xbf],
  [0xe0, 0xe0, 3, 0xa0, 0xbf],
  [0xe1, 0xec, 3, 0x80, 0xbf],
  [0xed, 0xed, 3, 0x80, 0x9f],
  [0xee, 0xef, 3, 0x80, 0xbf],
  [0xf0, 0xf0, 4, 0x90, 0xbf],
  [0xf1, 0xf3, 4, 0x80, 0xbf],
  [0xf4, 0xf4, 4, 0x80, 0x8f],
];

function characterBytes(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  const [, , length = 0, low = 0, high = 0] = CHARACTERS.find(([from, to]) => first >= from && first <= to) ?? [];
  const second = bytes[at + 1] ?? 0;
  if (length === 0 || second < low || second > high) return 0;
  for (let k = 2; k < length; k++) if (((bytes[at + k] ?? 0) & 0xc0) !== 0x80) return 0;
  return length;
}

/** The text of bytes that must be UTF-8, nothing left out; undefined if they are not. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
