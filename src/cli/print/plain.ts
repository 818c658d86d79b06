/** Control characters of names, keys and messages never reach the terminal: they could move its cursor or write over what was said. */
export function plain(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '?');
}

/** The same for a text of several lines. */
export function plainLines(text: string): string {
  return text.split('\n').map(plain).join('\n');
}
