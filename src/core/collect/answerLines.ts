import { throwIfAborted } from '../errors.ts';
import type { ByteSource } from '../ports.ts';

/** A line of a file: bytes [from, to) without the newline, and what it begins with. */
export interface AnswerLine {
  readonly from: number;
  readonly to: number;
  /** At most the first 512 bytes. */
  readonly head: Uint8Array;
}

const PIECE_BYTES = 4_000_000;
const HEAD_BYTES = 512;
const NEWLINE = 10;

function appendHead(head: Uint8Array, piece: Uint8Array): Uint8Array {
  const more = piece.subarray(0, HEAD_BYTES - head.length);
  if (head.length === 0) return more.slice();
  const joined = new Uint8Array(head.length + more.length);
  joined.set(head);
  joined.set(more, head.length);
  return joined;
}

/** The lines of a file in order, empty ones left out, read in pieces of 4 MB however long a line is. */
export async function* answerLines(source: ByteSource, signal: AbortSignal): AsyncGenerator<AnswerLine> {
  let from = 0;
  let head: Uint8Array = new Uint8Array(0);
  for (let at = 0; at < source.sizeBytes; at += PIECE_BYTES) {
    throwIfAborted(signal);
    const piece = await source.read(at, Math.min(PIECE_BYTES, source.sizeBytes - at), signal);
    for (let start = 0; start < piece.length;) {
      const newline = piece.indexOf(NEWLINE, start);
      const end = newline < 0 ? piece.length : newline;
      head = appendHead(head, piece.subarray(start, end));
      if (newline < 0) break;
      if (at + end > from) yield { from, to: at + end, head };
      from = at + end + 1;
      head = new Uint8Array(0);
      start = end + 1;
    }
  }
  if (source.sizeBytes > from) yield { from, to: source.sizeBytes, head };
}
