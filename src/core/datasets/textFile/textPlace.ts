const LF = 10;

/** Lines before an offset of a text, and how many of them are not blank. */
export interface TextPlace {
  readonly lines: number;
  readonly nonBlankLines: number;
}

/** Counts the lines that end before `offset`, which is the start of a line. Reads all before it: only for an error's sentence. */
export async function textPlace(blocks: AsyncIterable<Uint8Array>, offset: number): Promise<TextPlace> {
  let seen = 0;
  let lines = 0;
  let blankLines = 0;
  let blank = true;
  for await (const block of blocks) {
    const bytes = block.subarray(0, offset - seen);
    for (let from = 0; from < bytes.length;) {
      const found = bytes.indexOf(LF, from);
      const end = found < 0 ? bytes.length : found;
      blank &&= isBlank(bytes, from, end);
      from = end + 1;
      if (found < 0) break;
      lines++;
      if (blank) blankLines++;
      blank = true;
    }
    seen += block.length;
    if (seen >= offset) break;
  }
  return { lines, nonBlankLines: lines - blankLines };
}

function isBlank(bytes: Uint8Array, from: number, end: number): boolean {
  for (let at = from; at < end; at++) {
    const byte = bytes[at];
    if (byte !== 0x20 && byte !== 9 && byte !== 13) return false;
  }
  return true;
}
