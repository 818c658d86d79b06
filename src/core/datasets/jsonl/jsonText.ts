const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const encoder = new TextEncoder();

/** One member of an object in its source text: key, and the value's range [from, to). */
export interface JsonMember {
  readonly key: string;
  readonly from: number;
  readonly to: number;
}

/** Index of the first character at or behind `at` that is not white space. */
export function skipBlanks(text: string, at: number): number {
  while (isBlank(text.charCodeAt(at))) at++;
  return at;
}

/** The members of the object that begins at `at`, in source order, of a text that is known to be valid JSON. */
export function* jsonMembers(text: string, at: number): Generator<JsonMember> {
  at = skipBlanks(text, at + 1);
  while (text[at] === '"') {
    const keyEnd = stringEnd(text, at);
    const key = JSON.parse(text.slice(at, keyEnd)) as string;
    const from = skipBlanks(text, skipBlanks(text, keyEnd) + 1);
    const to = valueEnd(text, from);
    yield { key, from, to };
    at = skipBlanks(text, skipBlanks(text, to) + 1);
  }
}

/** The value [from, to) of valid JSON as UTF-8 text: strings unescaped (a lone surrogate is U+FFFD), nested values without white space, the rest as it stands; null for null. */
export function jsonValueText(text: string, from: number, to: number): Uint8Array | null {
  const first = text[from];
  if (first === 'n') return null;
  const source = text.slice(from, to);
  if (first === '"') return encoder.encode(JSON.parse(source) as string);
  const bytes = encoder.encode(source);
  return first === '{' || first === '[' ? minified(bytes) : bytes;
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

function stringEnd(text: string, at: number): number {
  for (at++; text[at] !== '"'; at++) if (text[at] === '\\') at++;
  return at + 1;
}

function valueEnd(text: string, at: number): number {
  const first = text[at];
  if (first === '"') return stringEnd(text, at);
  if (first !== '{' && first !== '[') {
    while (at < text.length && !',]}'.includes(text[at] ?? '') && !isBlank(text.charCodeAt(at))) at++;
    return at;
  }
  for (let depth = 0; ;) {
    const char = text[at];
    if (char === '"') {
      at = stringEnd(text, at);
      continue;
    }
    if (char === '{' || char === '[') depth++;
    else if (char === '}' || char === ']') depth--;
    at++;
    if (depth === 0) return at;
  }
}

/** Takes the white space between tokens out of valid JSON, in place. */
function minified(bytes: Uint8Array): Uint8Array {
  let kept = 0;
  let inString = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (!inString && isBlank(byte)) continue;
    bytes[kept++] = byte;
    if (byte === QUOTE) inString = !inString;
    else if (inString && byte === BACKSLASH) bytes[kept++] = bytes[++at] ?? 0;
  }
  return bytes.subarray(0, kept);
}
