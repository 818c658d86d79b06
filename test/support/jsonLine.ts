/** `JSON.stringify` with control characters' hex in upper case, as the lines have it. */
export function stringify(value: unknown): string {
  return JSON.stringify(value).replace(/(\\\\)|(\\u00)([01][0-9a-f])/g, (_, slash?: string, u = '', hex = '') =>
    slash === undefined ? `${String(u)}${String(hex).toUpperCase()}` : slash,
  );
}
