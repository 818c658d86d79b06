import type { Kernel } from '../../../kernel/kernel.ts';
import { joinBytes } from './joinBytes.ts';

const LF = 10;
const NOTHING = new Uint8Array(0);

/** Finds where a record ends, fed with its bytes piece by piece: the index behind its last byte in this piece, -1 if it goes on. */
export type RecordEnd = (piece: Uint8Array) => number;

/** A record too long for the window, or why there is none. */
type LongRecord = Uint8Array | 'tooLong' | 'unfinished';

/** The part of a text that the kernel sees: unread bytes [at, end) in its memory, refilled from blocks. A text's last line gets the line feed it lacks. */
export class TextWindow {
  readonly #kernel: Kernel;
  readonly #area: number;
  readonly #capacity: number;
  #blocks: AsyncIterator<Uint8Array> | undefined;
  #pending: Uint8Array = NOTHING;
  #lastByte = LF;
  #endOffset = 0;
  /** Address of the first unread byte. */
  at: number;
  /** Address behind the last byte. */
  end: number;
  /** Whether all of the text has come in. */
  ended = false;

  constructor(kernel: Kernel, capacity: number) {
    this.#kernel = kernel;
    this.#capacity = capacity;
    this.#area = kernel.reserve(capacity + 1);
    this.at = this.#area;
    this.end = this.#area;
  }

  /** Starts on blocks whose first byte is at `offset` of their text, with the first `skip` bytes passed over. */
  async open(blocks: AsyncIterable<Uint8Array>, offset: number, skip: number): Promise<void> {
    this.#blocks = blocks[Symbol.asyncIterator]();
    this.#pending = NOTHING;
    this.#lastByte = LF;
    this.#endOffset = offset;
    this.at = this.#area;
    this.end = this.#area;
    this.ended = false;
    for (let left = skip; left > 0 && (await this.#more());) {
      const taken = Math.min(left, this.#pending.length);
      this.#consume(taken);
      left -= taken;
    }
  }

  /** Lets go of the blocks. */
  async close(): Promise<void> {
    const blocks = this.#blocks;
    this.#blocks = undefined;
    this.#pending = NOTHING;
    await blocks?.return?.();
  }

  /** Offset in the text of the byte at an address of the window. */
  offsetOf(address: number): number {
    return this.#endOffset - (this.end - address);
  }

  /** The unread bytes (a view: dead when the kernel's memory grows). */
  unread(): Uint8Array {
    return this.#kernel.bytes(this.at, this.end - this.at);
  }

  get isFull(): boolean {
    return this.end - this.at >= this.#capacity;
  }

  /** Moves the unread bytes to the front and fills up behind them, as far as there is text. */
  async fill(): Promise<void> {
    if (this.ended) return;
    const unread = this.end - this.at;
    if (this.at > this.#area) this.#kernel.bytes(this.#area, this.end - this.#area).copyWithin(0, this.at - this.#area);
    this.at = this.#area;
    this.end = this.#area + unread;
    while (this.end < this.#area + this.#capacity && (await this.#more())) {
      const piece = this.#pending.subarray(0, this.#area + this.#capacity - this.end);
      this.#kernel.bytes(this.end, piece.length).set(piece);
      this.#consume(piece.length);
      this.end += piece.length;
    }
    if (this.ended && this.#lastByte !== LF) this.#endLine();
  }

  /** Takes the record at `at`, which the window cannot hold, out of the text; not more than `maxBytes` of it. */
  async takeLong(recordEnd: RecordEnd, maxBytes: number): Promise<LongRecord> {
    const start = this.unread().slice();
    const within = recordEnd(start);
    this.at = within < 0 ? this.end : this.at + within;
    if (within >= 0) return start.subarray(0, within);
    const pieces: Uint8Array[] = [start];
    let length = start.length;
    for (let found = -1; found < 0;) {
      if (length > maxBytes) return 'tooLong';
      const more = await this.#more();
      if (!more && this.#lastByte === LF) return 'unfinished';
      const piece = more ? this.#pending : Uint8Array.of(LF);
      found = recordEnd(piece);
      const taken = found < 0 ? piece.length : found;
      pieces.push(piece.slice(0, taken));
      length += taken;
      if (more) this.#consume(taken);
      else this.#lastByte = LF;
    }
    return length > maxBytes ? 'tooLong' : joinBytes(pieces);
  }

  #endLine(): void {
    this.#kernel.bytes(this.end, 1)[0] = LF;
    this.end++;
    this.#endOffset++;
    this.#lastByte = LF;
  }

  #consume(length: number): void {
    this.#lastByte = this.#pending[length - 1] ?? this.#lastByte;
    this.#pending = this.#pending.subarray(length);
    this.#endOffset += length;
  }

  async #more(): Promise<boolean> {
    while (this.#pending.length === 0) {
      const next = await this.#blocks?.next();
      if (next === undefined || next.done === true) {
        this.ended = true;
        return false;
      }
      this.#pending = next.value;
    }
    return true;
  }
}
