import { open } from 'node:fs/promises';

const READ_BYTES = 1024 * 1024;

/** One line of a file: its bytes without the line end, valid until the next line is asked for, and where it begins. */
export interface Line {
  readonly bytes: Buffer;
  readonly offset: number;
}

/** The lines of a file in their order, never more than one line and one read in memory; empty lines are left out, a last line needs no end. */
export async function* linesOf(path: string): AsyncGenerator<Line> {
  const file = await open(path, 'r');
  try {
    let pieces: Buffer[] = [];
    let offset = 0;
    let position = 0;
    for (;;) {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(READ_BYTES), 0, READ_BYTES, position);
      if (bytesRead === 0) break;
      let from = 0;
      for (let end = buffer.indexOf(10); end >= 0 && end < bytesRead; end = buffer.indexOf(10, from)) {
        const bytes = joined(pieces, buffer.subarray(from, end));
        pieces = [];
        if (!isBlank(bytes)) yield { bytes, offset };
        from = end + 1;
        offset = position + from;
      }
      if (from < bytesRead) pieces.push(buffer.subarray(from, bytesRead));
      position += bytesRead;
    }
    const bytes = joined(pieces, Buffer.alloc(0));
    if (!isBlank(bytes)) yield { bytes, offset };
  } finally {
    await file.close();
  }
}

function joined(pieces: readonly Buffer[], last: Buffer): Buffer {
  return pieces.length === 0 ? last : Buffer.concat([...pieces, last]);
}

function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 32 || byte === 13 || byte === 9);
}
