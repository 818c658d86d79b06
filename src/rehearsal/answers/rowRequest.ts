import { isObject, type JsonObject } from '../json.ts';

/** About four bytes of UTF-8 a token: the service has no tokenizer and says so in its documentation. */
const BYTES_PER_TOKEN = 4;

/** The approximate number of tokens of a text: its UTF-8 bytes / 4, rounded up. */
export function approximateTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN);
}

/** The longest start of a text that is at most `tokens` approximate tokens, cut between characters. */
export function firstTokens(text: string, tokens: number): string {
  const bytes = Buffer.from(text);
  let end = Math.min(bytes.length, tokens * BYTES_PER_TOKEN);
  while (end > 0 && end < bytes.length && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.toString('utf8', 0, end);
}

/** Every text a request asks about, in its order: the basis of the answer and of the input tokens. */
export function promptOf(body: JsonObject): string {
  return [body['instructions'], body['messages'], body['input'], body['prompt']].flatMap(textsIn).join('\n');
}

const MAX_DEPTH = 64;

function textsIn(value: unknown, depth = 0): string[] {
  if (typeof value === 'string') return [value];
  if (depth > MAX_DEPTH) return [];
  if (Array.isArray(value)) return value.flatMap((item) => textsIn(item, depth + 1));
  if (!isObject(value)) return [];
  return [value['content'], value['text']].flatMap((item) => textsIn(item, depth + 1));
}

/** The inputs of an embeddings or moderations request: texts, or arrays of token numbers. */
export function inputsOf(body: JsonObject): unknown[] {
  const input = body['input'];
  if (!Array.isArray(input)) return input === undefined ? [] : [input];
  return input.length > 0 && input.every((item) => typeof item === 'number') ? [input] : input;
}

/** Approximate input tokens of one row. */
export function inputTokensOf(body: JsonObject): number {
  const tokenNumbers = inputsOf(body).reduce<number>(
    (sum, input) => sum + (Array.isArray(input) && typeof input[0] === 'number' ? input.length : 0),
    0,
  );
  return approximateTokens(promptOf(body)) + tokenNumbers;
}
