/** Bytes of an empty str of CPython 3.11 (`sys.getsizeof('')`), and of a pointer to it. */
export const PYTHON_STR_BYTES = 49;
/** A reference to an object in 64-bit Python. */
export const PYTHON_POINTER_BYTES = 8;
/** Bytes of `None`. */
export const PYTHON_NONE_BYTES = 16;

/** What a text adds to an empty str in CPython 3.11: one, two or four bytes a character by its widest one, and a longer header where not all is ASCII (PEP 393). */
export function pythonPayloadBytes(text: string): number {
  let characters = 0;
  let widest = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.codePointAt(at) ?? 0;
    if (unit > widest) widest = unit;
    if (unit > 0xffff) at++;
    characters++;
  }
  if (widest < 0x80) return characters;
  if (widest < 0x100) return characters + 24;
  return widest < 0x10000 ? 2 * characters + 25 : 4 * characters + 27;
}
