const INDENT = '  ';
const TOKEN = /"(?:[^"\\]|\\.)*"|[[\]{},:]|[^[\]{},:"\s]+/g;

function isNested(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** A list or an object with a line for each of its values; every token stays as it was written, so no number loses a digit. Null for any other text. */
export function prettyJson(text: string): string | null {
  if (!isNested(text)) return null;
  const tokens = text.match(TOKEN) ?? [];
  let depth = 0;
  let before = '';
  const line = (): string => `\n${INDENT.repeat(depth)}`;
  const parts = tokens.map((token) => {
    const closes = token === ']' || token === '}';
    if (closes) depth--;
    const opened = before === '[' || before === '{';
    const breaks = closes ? !opened : opened || before === ',';
    const gap = breaks ? line() : before === ':' ? ' ' : '';
    if (token === '[' || token === '{') depth++;
    before = token;
    return gap + token;
  });
  return parts.join('');
}
