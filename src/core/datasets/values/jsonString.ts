/** A JSON string as a line has it: `"`, `\` and control characters escaped, hex in upper case, nothing else. */
export function jsonString(text: string): string {
  return JSON.stringify(text).replace(/\\(?:u00[0-9a-f]{2}|.)/g, (escape) =>
    escape.length === 6 ? `\\u00${escape.slice(4).toUpperCase()}` : escape,
  );
}
