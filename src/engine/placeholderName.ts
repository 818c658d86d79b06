/** A column's name as a placeholder has it: in quotes where it could be read as anything but one plain name. */
export function placeholderName(name: string): string {
  return /^[^{}"\r\n.\s][^{}"\r\n.]*$/.test(name) && name.trim() === name ? name : JSON.stringify(name);
}
