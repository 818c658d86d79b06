import { open } from 'node:fs/promises';

const READ_BYTES = 1024 * 1024;
const LF = 10;

/** One line of a file: its bytes without the line end (null if there are too many of them), and where it begins. */
export interface Line {
  readonly bytes: Buffer | null;
  readonly offset: number;
}

/** The lines of a file in their order, never more than one line of `maxLineBytes` and one read in memory; blank lines are left out, a last line needs no end. */
export async function* linesOf(path: string, maxLineBytes: number): AsyncGenerator<Line> {
  const file = await open(path, 'r');
  try {
    const held = new HeldLine(maxLineBytes);
    for (let position = 0; ;) {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(READ_BYTES), 0, READ_BYTES, position);
      const piece = buffer.subarray(0, bytesRead);
      let from = 0;
      for (let end = piece.indexOf(LF); end >= 0; end = piece.indexOf(LF, from)) {
        held.add(piece.subarray(from, end));
        from = end + 1;
        const line = held.take(position + from);
        if (line !== null) yield line;
      }
      held.add(piece.subarray(from));
      position += bytesRead;
      if (bytesRead > 0) continue;
      const last = held.take(position);
      if (last !== null) yield last;
      return;
    }
  } finally {
    await file.close();
  }
}

class HeldLine {
  readonly #maxBytes: number;
  #pieces: Buffer[] = [];
  #bytes = 0;
  #offset = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  add(piece: Buffer): void {
    this.#bytes += piece.length;
    if (this.#bytes <= this.#maxBytes) this.#pieces.push(piece);
    else this.#pieces = [];
  }

  /** The line that ends here, or null if it is blank; the next one begins at `nextOffset`. */
  take(nextOffset: number): Line | null {
    const [only, ...more] = this.#pieces;
    const bytes = only !== undefined && more.length === 0 ? only : Buffer.concat(this.#pieces);
    const line = { bytes: this.#bytes > this.#maxBytes ? null : bytes, offset: this.#offset };
    this.#pieces = [];
    this.#bytes = 0;
    this.#offset = nextOffset;
    return line.bytes !== null && isBlank(line.bytes) ? null : line;
  }
}

function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 32 || byte === 13 || byte === 9);
}
