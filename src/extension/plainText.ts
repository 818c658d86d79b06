/** The text with nothing in it that the editor makes a link of: names come from workspaces, and a link can run a command. */
export function plainText(text: string): string {
  return text.replaceAll('](', '] (');
}
