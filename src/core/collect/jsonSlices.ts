const OPENING = '{[';
const CLOSING = '}]';
const SCALAR_END = ',}] \t\n\r';

function afterSpace(text: string, at: number): number {
  let next = at;
  while (' \t\n\r'.includes(text[next] ?? '-')) next++;
  return next;
}

/** Just behind the string that begins at `at`. */
function stringEnd(text: string, at: number): number {
  for (let quote = text.indexOf('"', at + 1); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let escapes = 0;
    while (text[quote - 1 - escapes] === '\\') escapes++;
    if (escapes % 2 === 0) return quote + 1;
  }
  return text.length;
}

function nestedEnd(text: string, at: number): number {
  let depth = 0;
  for (let end = at; end < text.length;) {
    const char = text[end] ?? '';
    if (char === '"') {
      end = stringEnd(text, end);
      continue;
    }
    if (OPENING.includes(char)) depth++;
    if (CLOSING.includes(char)) depth--;
    end++;
    if (depth === 0) return end;
  }
  return text.length;
}

function scalarEnd(text: string, at: number): number {
  let end = at;
  while (end < text.length && !SCALAR_END.includes(text[end] ?? '')) end++;
  return end;
}

function valueEnd(text: string, at: number): number {
  const first = text[at] ?? '';
  if (first === '"') return stringEnd(text, at);
  return first !== '' && OPENING.includes(first) ? nestedEnd(text, at) : scalarEnd(text, at);
}

/**
 * The members of a JSON object as the text of each value, all digits kept; the last of equal names counts.
 * `text` must have passed `JSON.parse`; anything that is not an object gives no members.
 */
export function jsonMembers(text: string): Map<string, string> {
  const members = new Map<string, string>();
  let at = afterSpace(text, 0);
  if (text[at] !== '{') return members;
  at = afterSpace(text, at + 1);
  while (text[at] === '"') {
    const nameEnd = stringEnd(text, at);
    const name = JSON.parse(text.slice(at, nameEnd)) as string;
    const start = afterSpace(text, afterSpace(text, nameEnd) + 1);
    const end = valueEnd(text, start);
    members.set(name, text.slice(start, end));
    at = afterSpace(text, end);
    if (text[at] === ',') at = afterSpace(text, at + 1);
  }
  return members;
}
