/** Names of columns between commas; commas inside double quotes belong to a name. */
export function splitNames(list: string): string[] {
  const names: string[] = [];
  let name = '';
  let isQuoted = false;
  for (const char of list) {
    if (char === '"') isQuoted = !isQuoted;
    if (char !== ',' || isQuoted) name += char;
    else {
      names.push(name.trim());
      name = '';
    }
  }
  return [...names, name.trim()];
}
