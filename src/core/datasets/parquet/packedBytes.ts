import type { ChunkPages, PageAt } from './chunkPages.ts';
import { crc32 } from './crc32.ts';

/** What stops the reads of a page: pages outlive the fragment in which they were opened. */
export interface Reading {
  signal: AbortSignal;
}

/** The body of a page as it lies in the file, read piece by piece and checked against its checksum at the end. */
export class PackedBytes {
  readonly #pages: ChunkPages;
  readonly #page: PageAt;
  readonly #reading: Reading;
  readonly #pieceBytes: number;
  #at: number;
  #crc = 0;
  #buffer = new Uint8Array(0);

  constructor(pages: ChunkPages, page: PageAt, reading: Reading, pieceBytes: number) {
    this.#pages = pages;
    this.#page = page;
    this.#reading = reading;
    this.#pieceBytes = pieceBytes;
    this.#at = page.bodyAt;
  }

  /** The same bytes from here on, to be read independently of this. */
  fork(): PackedBytes {
    const copy = new PackedBytes(this.#pages, this.#page, this.#reading, this.#pieceBytes);
    copy.#at = this.#at;
    copy.#crc = this.#crc;
    return copy;
  }

  /** The next piece, valid until the one after it is asked for; null behind the last. */
  async next(): Promise<Uint8Array | null> {
    const { header, bodyAt } = this.#page;
    const length = Math.min(this.#pieceBytes, bodyAt + header.packedBytes - this.#at);
    if (length === 0) return null;
    if (this.#buffer.length === 0) this.#buffer = new Uint8Array(length);
    return this.#took(await this.#pages.piece(this.#at, length, this.#buffer, this.#reading.signal));
  }

  /** The next `length` bytes, which the page has, in an array of their own. */
  async take(length: number): Promise<Uint8Array> {
    const all = new Uint8Array(length);
    for (let done = 0; done < length;) {
      const part = await this.#pages.piece(this.#at, length - done, all.subarray(done), this.#reading.signal);
      if (part.buffer !== all.buffer) all.set(part, done);
      done += this.#took(part).length;
    }
    return all;
  }

  #took(bytes: Uint8Array): Uint8Array {
    this.#at += bytes.length;
    if (this.#page.header.crc !== null) this.#crc = crc32(bytes, this.#crc);
    return bytes;
  }

  /** Reads what is left; throws a plain Error if the page's checksum is another. */
  async verify(): Promise<void> {
    const { crc } = this.#page.header;
    if (crc === null) return;
    while ((await this.next()) !== null);
    if (crc !== this.#crc) throw new Error('a page does not match its checksum');
  }
}
