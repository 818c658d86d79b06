import type { SampledLine, SampledText } from '../model/block.ts';
import type { TokenCounter } from '../profile/tokens.ts';

/** Tokens of one sampled line. */
export interface LineTokens {
  /** Of the whole line, newline included. */
  readonly bytes: number;
  readonly tokens: number;
  /** Of `tokens`, with its degrees of freedom; 0 where every text was counted whole. */
  readonly variance: number;
  readonly degrees: number;
  /** Tokens that windows may count twice or cut in two at their ends. */
  readonly slack: number;
}

/** Characters counted between two looks at other work. */
const SLICE_CHARS = 65_536;

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** Counts texts, and lets other work of this thread have its turn in between. */
function openCounting(counter: TokenCounter): (text: string) => Promise<number> {
  let counted = 0;
  return async (text) => {
    counted += text.length;
    if (counted >= SLICE_CHARS) {
      counted = 0;
      await pause();
    }
    return counter.count(text);
  };
}

type TextTokens = Omit<LineTokens, 'bytes'>;

async function textTokens(text: SampledText, count: (text: string) => Promise<number>): Promise<TextTokens> {
  const counts: number[] = [];
  for (const part of text.parts) counts.push(await count(part));
  const sum = counts.reduce((all, one) => all + one, 0);
  if (counts.length === 1) return { tokens: sum, variance: 0, degrees: 0, slack: 0 };
  const windows = counts.length;
  const scale = text.chars / text.parts.reduce((all, part) => all + part.length, 0);
  const squares = counts.reduce((all, one) => all + (one - sum / windows) ** 2, 0);
  return {
    tokens: scale * sum,
    variance: (scale ** 2 * windows * squares) / (windows - 1),
    degrees: windows - 1,
    slack: scale * windows,
  };
}

/** Counts sampled lines: each has `fixedTokens` besides its own texts. Other work of this thread goes on meanwhile. */
export async function countLines(
  lines: readonly SampledLine[],
  fixedTokens: number,
  counter: TokenCounter,
): Promise<LineTokens[]> {
  const count = openCounting(counter);
  const counted: LineTokens[] = [];
  for (const { bytes, texts } of lines) {
    let line: LineTokens = { bytes, tokens: fixedTokens, variance: 0, degrees: 0, slack: 0 };
    for (const text of texts) {
      const own = await textTokens(text, count);
      line = {
        bytes,
        tokens: line.tokens + own.tokens,
        variance: line.variance + own.variance,
        degrees: line.degrees + own.degrees,
        slack: line.slack + own.slack,
      };
    }
    counted.push(line);
  }
  return counted;
}
