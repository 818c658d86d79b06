const SHORT: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\f': '\\f',
  '\r': '\\r',
};

function escaped(char: string): string {
  return SHORT[char] ?? `\\u${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
}

/** The text as the inside of a JSON string, escaped as lines are: quote, backslash and control characters (hex in upper case), nothing else. */
export function jsonText(text: string): string {
  return text.replace(/["\\\u0000-\u001f]/g, escaped);
}
