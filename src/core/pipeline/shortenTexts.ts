import type { TokenCounter } from '../profile/tokens.ts';
import { filledTexts, type RequestTexts } from './requestTexts.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** How often each column stands in texts that are counted. */
function timesUsed(columns: readonly string[], { filled }: RequestTexts): number[] {
  return columns.map((_, index) =>
    filled.reduce((sum, parts) => sum + parts.filter((part) => part === index).length, 0),
  );
}

/** Index of the longest text that is counted; -1 when all of those are empty. */
function longest(columns: readonly string[], times: readonly number[]): number {
  const sizes = columns.map((text, index) => (times[index] ? text.length : 0));
  const most = Math.max(0, ...sizes);
  return most === 0 ? -1 : sizes.indexOf(most);
}

/**
 * Cuts the longest of a row's texts, then the next, until the request's filled texts have at most `most` tokens or nothing is left to cut. Gives the
 * bytes that stay of each text, at a character; null: all of them. Tokens of a beginning hang together with what stands around it, so each
 * further round over one text cuts more than what is over.
 */
export function shortenTexts(
  texts: readonly string[],
  request: RequestTexts,
  tokens: TokenCounter,
  most: number,
): (number | null)[] {
  const columns = [...texts];
  const staying = texts.map((): number | null => null);
  const times = timesUsed(texts, request);
  const count = (): number =>
    filledTexts(request, (index) => columns[index] ?? '').reduce((sum, text) => sum + tokens.count(text), 0);
  const rounds = texts.map(() => 0);
  for (let over = count() - most; over > 0; over = count() - most) {
    const index = longest(columns, times);
    if (index < 0) break;
    const text = columns[index] ?? '';
    const round = (rounds[index] ?? 0) + 1;
    rounds[index] = round;
    const less = Math.ceil(over / (times[index] ?? 1)) * round;
    const bytes = tokens.cut(text, Math.max(0, tokens.count(text) - less));
    staying[index] = bytes;
    columns[index] = decoder.decode(encoder.encode(text).subarray(0, bytes));
  }
  return staying;
}
