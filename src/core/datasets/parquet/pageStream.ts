/** Unpacked bytes from `at` on; what lies before has been taken. */
export interface Region {
  bytes: Uint8Array;
  at: number;
}

const NOTHING: Uint8Array = new Uint8Array(0);
const FIRST_JOIN_BYTES = 1 << 20;

/** The unpacked bytes of a page that come in pieces: a region that moves over them. No piece is copied but where a value lies across two. */
export class PageStream implements Region {
  bytes = NOTHING;
  at = 0;
  readonly #pieces: AsyncGenerator<Uint8Array, void, undefined>;
  /** Announced bytes behind the region. */
  #behind: number;
  /** The end of a piece whose beginning the region holds, joined to what came before. */
  #rest = NOTHING;

  /** `pieces` give `sizeBytes` together or throw; each is valid until the next is asked for. */
  constructor(pieces: AsyncGenerator<Uint8Array, void, undefined>, sizeBytes: number) {
    this.#pieces = pieces;
    this.#behind = sizeBytes;
  }

  /** Bytes that have not been taken. */
  get left(): number {
    return this.bytes.length - this.at + this.#behind;
  }

  /** Brings `length` bytes into the region; false, and nothing changes, if the page ends before. */
  async load(length: number): Promise<boolean> {
    const have = this.bytes.length - this.at;
    if (have >= length) return true;
    if (length - have > this.#behind) return false;
    if (have === 0) this.#show(await this.#next());
    if (this.bytes.length - this.at < length) await this.#join(length);
    return true;
  }

  #show(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.at = 0;
    this.#behind -= bytes.length;
  }

  async #join(length: number): Promise<void> {
    // A length may be a lie: room is made as bytes come.
    let all = new Uint8Array(Math.min(length, FIRST_JOIN_BYTES));
    let done = 0;
    const add = (bytes: Uint8Array): void => {
      if (done + bytes.length > all.length) {
        const larger = new Uint8Array(Math.min(length, 2 * (done + bytes.length)));
        larger.set(all.subarray(0, done));
        all = larger;
      }
      all.set(bytes, done);
      done += bytes.length;
    };
    const region = this.bytes.subarray(this.at);
    this.#behind += region.length;
    this.bytes = NOTHING;
    this.at = 0;
    add(region);
    while (done < length) {
      const piece = await this.#next();
      const part = piece.subarray(0, length - done);
      add(part);
      this.#rest = piece.subarray(part.length);
    }
    this.#show(all);
  }

  async #next(): Promise<Uint8Array> {
    const rest = this.#rest;
    this.#rest = NOTHING;
    if (rest.length > 0) return rest;
    const step = await this.#pieces.next();
    if (step.done === true) throw new Error('unpacks to another size than announced');
    return step.value;
  }

  /** Passes over what is left of the page, so that its size and its checksum are verified. */
  async finish(): Promise<void> {
    this.bytes = this.#rest = NOTHING;
    this.at = this.#behind = 0;
    while ((await this.#pieces.next()).done !== true);
  }

  /** Gives back what the stream holds. */
  async close(): Promise<void> {
    this.bytes = this.#rest = NOTHING;
    this.at = this.#behind = 0;
    await this.#pieces.return();
  }
}
