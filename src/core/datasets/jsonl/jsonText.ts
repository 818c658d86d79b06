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

/** The value [from, to) of valid JSON as text: strings unescaped, nested values without white space, the rest as it stands; null for null. */
export function jsonValueText(text: string, from: number, to: number): string | null {
  const first = text[from];
  if (first === '"') return JSON.parse(text.slice(from, to)) as string;
  if (first === '{' || first === '[') return minified(text, from, to);
  return first === 'n' ? null : text.slice(from, to);
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

function minified(text: string, from: number, to: number): string {
  let out = '';
  let kept = from;
  for (let at = from; at < to;) {
    if (text[at] === '"') {
      at = stringEnd(text, at);
    } else if (isBlank(text.charCodeAt(at))) {
      out += text.slice(kept, at);
      at = skipBlanks(text, at);
      kept = at;
    } else at++;
  }
  return out + text.slice(kept, to);
}
