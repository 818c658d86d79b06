import { definitionLevels, framed, type LevelRun } from './levels.ts';
import type { ParquetPage } from './parquetFile.ts';

const FIRST_BYTES = 4096;
/** Room beyond this is given back after a page. */
const KEEP_BYTES = 4_000_000;
/** Longer texts are encoded aside, so that room for them need not be guessed. */
const LONG_TEXT_CHARS = 16_384;
/** A page closes once its values are this big. */
const PAGE_BYTES = 1_000_000;
const PAGE_ROWS = 20_000;

/** Bytes that grow as they are written, in PLAIN encoding. */
class PlainBytes {
  #bytes = new Uint8Array(FIRST_BYTES);
  #view = new DataView(this.#bytes.buffer);
  #encoder = new TextEncoder();
  length = 0;

  #room(more: number): number {
    const at = this.length;
    this.length += more;
    if (this.length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.length));
      grown.set(this.#bytes.subarray(0, at));
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    return at;
  }

  raw(bytes: Uint8Array): void {
    const at = this.#room(bytes.length);
    this.#bytes.set(bytes, at);
  }

  sized(bytes: Uint8Array): void {
    const at = this.#room(bytes.length + 4);
    this.#view.setUint32(at, bytes.length, true);
    this.#bytes.set(bytes, at + 4);
  }

  text(text: string): void {
    if (text.length > LONG_TEXT_CHARS) {
      this.sized(this.#encoder.encode(text));
      return;
    }
    const at = this.#room(4 + text.length * 3);
    const { written } = this.#encoder.encodeInto(text, this.#bytes.subarray(at + 4));
    this.#view.setUint32(at, written, true);
    this.length = at + 4 + written;
  }

  int32(value: number): void {
    const at = this.#room(4);
    this.#view.setInt32(at, value, true);
  }

  int64(value: bigint): void {
    const at = this.#room(8);
    this.#view.setBigInt64(at, value, true);
  }

  float(value: number): void {
    const at = this.#room(4);
    this.#view.setFloat32(at, value, true);
  }

  double(value: number): void {
    const at = this.#room(8);
    this.#view.setFloat64(at, value, true);
  }

  /** Bit `index` of the value bytes; bits come in order. */
  bit(index: number, value: boolean): void {
    const at = index % 8 === 0 ? this.#room(1) : this.length - 1;
    if (index % 8 === 0) this.#bytes[at] = 0;
    if (value) this.#bytes[at] = (this.#bytes[at] ?? 0) | (1 << (index % 8));
  }

  /** A copy of all, and begins anew. */
  take(): Uint8Array {
    const taken = this.#bytes.slice(0, this.length);
    this.length = 0;
    if (this.#bytes.length > KEEP_BYTES) {
      this.#bytes = new Uint8Array(FIRST_BYTES);
      this.#view = new DataView(this.#bytes.buffer);
    }
    return taken;
  }
}

/** Fills the pages of one flat optional column, value by value in row order, each present value in PLAIN encoding. */
export class PageBuilder {
  readonly #values = new PlainBytes();
  #validity = new Uint8Array(Math.ceil(PAGE_ROWS / 8));
  #rows = 0;
  #nulls = 0;
  #pages: ParquetPage[] = [];
  #closedBytes = 0;

  /** Bytes held in memory. */
  get sizeBytes(): number {
    return this.#closedBytes + this.#values.length;
  }

  #closeFull(): void {
    if (this.#rows >= PAGE_ROWS || this.#values.length >= PAGE_BYTES) this.#close();
  }

  #close(): void {
    if (this.#rows === 0) return;
    this.#closedBytes += this.#values.length;
    const parts = [definitionLevels(this.#rows, this.#nulls, this.#validity), this.#values.take()];
    this.#pages.push({ slots: this.#rows, nulls: this.#nulls, parts });
    this.#validity.fill(0);
    [this.#rows, this.#nulls] = [0, 0];
  }

  #present(): void {
    const row = this.#rows++;
    this.#validity[row >> 3] = (this.#validity[row >> 3] ?? 0) | (1 << (row & 7));
    this.#closeFull();
  }

  null(): void {
    this.#rows++;
    this.#nulls++;
    this.#closeFull();
  }

  /** BYTE_ARRAY. */
  bytes(value: Uint8Array): void {
    this.#values.sized(value);
    this.#present();
  }

  /** FIXED_LEN_BYTE_ARRAY. */
  fixed(value: Uint8Array): void {
    this.#values.raw(value);
    this.#present();
  }

  /** BYTE_ARRAY of UTF-8; a lone surrogate becomes U+FFFD. */
  text(value: string): void {
    this.#values.text(value);
    this.#present();
  }

  int32(value: number): void {
    this.#values.int32(value);
    this.#present();
  }

  int64(value: bigint): void {
    this.#values.int64(value);
    this.#present();
  }

  float(value: number): void {
    this.#values.float(value);
    this.#present();
  }

  double(value: number): void {
    this.#values.double(value);
    this.#present();
  }

  bool(value: boolean): void {
    this.#values.bit(this.#rows - this.#nulls, value);
    this.#present();
  }

  /** All pages so far; begins anew. */
  takePages(): ParquetPage[] {
    this.#close();
    const pages = this.#pages;
    this.#pages = [];
    this.#closedBytes = 0;
    return pages;
  }
}

function addRun(runs: LevelRun[], value: number, count: number): void {
  const last = runs.at(-1);
  if (last?.value === value) runs[runs.length - 1] = { value, count: last.count + count };
  else if (count > 0) runs.push({ value, count });
}

/** Fills the pages of an optional list of required float32: levels are runs, values are copied whole. */
export class FloatListBuilder {
  readonly #values = new PlainBytes();
  #repetition: LevelRun[] = [];
  #definition: LevelRun[] = [];
  #slots = 0;
  #nulls = 0;
  #pages: ParquetPage[] = [];
  #closedBytes = 0;

  get sizeBytes(): number {
    return this.#closedBytes + this.#values.length;
  }

  null(): void {
    this.#add(0, 1);
    this.#nulls++;
  }

  list(vector: Float32Array): void {
    this.#values.raw(new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength));
    if (vector.length === 0) this.#nulls++;
    this.#add(vector.length === 0 ? 1 : 2, Math.max(1, vector.length));
  }

  #add(definition: number, slots: number): void {
    addRun(this.#repetition, 0, 1);
    addRun(this.#repetition, 1, slots - 1);
    addRun(this.#definition, definition, slots);
    this.#slots += slots;
    if (this.#values.length >= PAGE_BYTES || this.#repetition.length >= PAGE_ROWS) this.#close();
  }

  #close(): void {
    if (this.#slots === 0) return;
    this.#closedBytes += this.#values.length;
    const parts = [framed(this.#repetition), framed(this.#definition), this.#values.take()];
    this.#pages.push({ slots: this.#slots, nulls: this.#nulls, parts });
    [this.#repetition, this.#definition, this.#slots, this.#nulls] = [[], [], 0, 0];
  }

  takePages(): ParquetPage[] {
    this.#close();
    const pages = this.#pages;
    this.#pages = [];
    this.#closedBytes = 0;
    return pages;
  }
}
