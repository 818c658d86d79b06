import { estimated } from '../model/figure.ts';
import type { Figure } from '../model/figure.ts';
import { openBytePairs } from './bytePairs.ts';
import type { BytePairs } from './bytePairs.ts';
import { openVocabulary } from './vocabulary.ts';

/** Encodings of the models that batch services serve; older ones are gone. gpt-oss uses o200k_base with other special tokens. */
export type Encoding = 'o200k_base' | 'cl100k_base';

/** Counts and cuts in one encoding. Special tokens in a text, such as `<|endoftext|>`, count as the plain text they are. */
export interface TokenCounter {
  /** Null: the model's encoding is not known, and counts are upper bounds (a token has at least one byte). */
  readonly encoding: Encoding | null;
  /** Tokens of a text by itself. Exact for a known encoding, save that a million bytes without a place to split count a token a byte. */
  readonly count: (text: string) => number;
  /** The same for UTF-8; broken bytes count as the replacement character that a service would see. */
  readonly countUtf8: (utf8: Uint8Array) => number;
  /** UTF-8 bytes of a beginning that ends between characters and counts at most `tokens` (0 or more): the first tokens of the text, less where they end inside a character. */
  readonly cut: (text: string, tokens: number) => number;
}

/** Names of models as the service documents them, by the start of the name; the first that fits. */
const BY_NAME: readonly (readonly [RegExp, Encoding])[] = [
  [/^gpt-(4o|4\.1|4\.5|5|oss)\b/, 'o200k_base'],
  [/^(o1|o3|o4|chatgpt-4o|codex-mini|computer-use)\b/, 'o200k_base'],
  [/^gpt-(4|3\.5|35)\b(?!\.)/, 'cl100k_base'],
  [/^text-embedding-(3-small|3-large|ada-002)$/, 'cl100k_base'],
  [/^(babbage|davinci)-002$/, 'cl100k_base'],
];

/** The encoding of a model by its name (also fine-tuned, `ft:gpt-4o-mini:...`, or behind a gateway, `openai/gpt-4o`); null where it is not known. */
export function encodingOf(model: string): Encoding | null {
  const [, base = ''] = /^(?:(?:openai|azure)\/)?(?:ft:)?([^:]*)/i.exec(model) ?? [];
  return BY_NAME.find(([name]) => name.test(base.toLowerCase()))?.[1] ?? null;
}

/** The longest beginning of UTF-8 bytes, at most `bytes`, that does not end inside a character. */
function wholeCharacters(utf8: Uint8Array, bytes: number): number {
  let end = Math.min(bytes, utf8.length);
  while (end > 0 && end < utf8.length && ((utf8[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return end;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Upper bounds where the encoding is unknown: byte-level vocabularies never need more tokens than bytes. */
const BOUND: TokenCounter = {
  encoding: null,
  count: (text) => encoder.encode(text).length,
  countUtf8: (utf8) => utf8.length,
  cut: (text, tokens) => wholeCharacters(encoder.encode(text), tokens),
};

/** tiktoken's `\s` is Unicode's White_Space; JavaScript's has U+FEFF too and lacks U+0085. */
function withUnicodeSpace(split: RegExp): RegExp {
  const source = split.source.replaceAll(String.raw`\s`, String.raw`\p{White_Space}`);
  return new RegExp(source.replaceAll(String.raw`\S`, String.raw`\P{White_Space}`), split.flags);
}

async function load(encoding: Encoding): Promise<BytePairs> {
  const { O200K_TOKEN_SPLIT_REGEX, CL100K_TOKEN_SPLIT_REGEX } = await import('gpt-tokenizer/encodingParams/constants');
  if (encoding === 'o200k_base') {
    const { O200K_BASE } = await import('./vocabularies/o200kBase.ts');
    return openBytePairs(openVocabulary(O200K_BASE), withUnicodeSpace(O200K_TOKEN_SPLIT_REGEX));
  }
  const { CL100K_BASE } = await import('./vocabularies/cl100kBase.ts');
  return openBytePairs(openVocabulary(CL100K_BASE), withUnicodeSpace(CL100K_TOKEN_SPLIT_REGEX));
}

function cutWith(pairs: BytePairs, text: string, tokens: number): number {
  const utf8 = encoder.encode(text);
  if (utf8.length <= tokens) return utf8.length;
  const ends = pairs.tokenEnds(text, tokens + 1);
  if (ends.length <= tokens) return utf8.length;
  // A beginning can split otherwise than it does in the whole text, so what is kept is counted again.
  for (let kept = tokens; kept > 0;) {
    const bytes = wholeCharacters(utf8, ends[kept - 1] ?? 0);
    const excess = pairs.count(decoder.decode(utf8.subarray(0, bytes))) - tokens;
    if (excess <= 0) return bytes;
    kept -= excess;
  }
  return 0;
}

/** Opens a counter, loading the vocabulary (1 to 2.4 MB of code, 8 MB of memory, about 50 ms). For null the counter gives upper bounds. */
export async function openTokenCounter(encoding: Encoding | null): Promise<TokenCounter> {
  if (encoding === null) return BOUND;
  const pairs = await load(encoding);
  return {
    encoding,
    count: pairs.count,
    countUtf8: (utf8) => pairs.count(decoder.decode(utf8)),
    cut: (text, tokens) => cutWith(pairs, text, tokens),
  };
}

/** Tokens of text of an unknown encoding by its bytes: about four bytes each, at least one, and hardly ever more than sixteen. */
export function tokensFromBytes(bytes: Figure): Figure {
  if (bytes.known === 'unknown') return bytes;
  return estimated(Math.ceil(bytes.value / 4), Math.ceil(bytes.low / 16), Math.ceil(bytes.high));
}
