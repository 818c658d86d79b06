import type { Kernel } from '../../../kernel/kernel.ts';
import type { ByteValues } from './byteValues.ts';
import { plainByteValues } from './byteValues.ts';
import { checkUtf8 } from './checkUtf8.ts';
import type { FixedValues } from './fixedValues.ts';
import { plainFixedValues } from './fixedValues.ts';
import type { FlatLeaf } from './flatLeaf.ts';
import type { OpenPage } from './openPage.ts';
import type { PeekBuffer } from './peekBuffer.ts';
import { peekBuffer } from './peekBuffer.ts';

/** Rows of one column gathered for a batch: which have a value, and the values back to back in the kernel. */
export interface DenseRows {
  readonly rows: number;
  /** 1 where a row has a value; null while all have. */
  readonly present: Uint8Array | null;
  readonly values: number;
  /** Byte arrays: address of values + 1 int32; fixed width: 0. */
  readonly offsets: number;
  readonly at: number;
}

/** Gathers up to `most` rows of one column in the kernel. */
export class DenseColumn {
  readonly #kernel: Kernel;
  readonly #leaf: FlatLeaf;
  readonly #most: number;
  readonly #maxBytes: number;
  readonly #offsets: number;
  #at: number;
  #room: number;
  #bytes = 0;
  #rows = 0;
  #values = 0;
  #present: Uint8Array | null = null;

  /** `roomBytes` is reserved for byte arrays at first; `maxBytes` is what a batch may hold of them (a larger value stands alone). */
  constructor(kernel: Kernel, leaf: FlatLeaf, most: number, roomBytes: number, maxBytes: number) {
    this.#kernel = kernel;
    this.#leaf = leaf;
    this.#most = most;
    this.#maxBytes = maxBytes;
    const { width } = leaf.layout;
    const isBytes = leaf.physical === 'BYTE_ARRAY';
    this.#offsets = isBytes ? kernel.reserve(4 * (most + 1)) : 0;
    if (isBytes) kernel.ints(this.#offsets, 1)[0] = 0;
    this.#room = isBytes ? roomBytes : most * width;
    this.#at = kernel.reserve(this.#room);
  }

  get rows(): number {
    return this.#rows;
  }

  get gathered(): DenseRows {
    return { rows: this.#rows, present: this.#present, values: this.#values, offsets: this.#offsets, at: this.#at };
  }

  /** Notes whether the next `flags.length` rows have a value. */
  addFlags(flags: Uint8Array | null, rows: number, values: number): void {
    if (values < rows && this.#present === null) this.#present = new Uint8Array(this.#most).fill(1, 0, this.#rows);
    if (this.#present !== null) {
      if (flags === null) this.#present.fill(1, this.#rows, this.#rows + rows);
      else this.#present.set(flags.subarray(0, rows), this.#rows);
    }
    this.#rows += rows;
    this.#values += values;
  }

  /** Appends as many of the next `count` values as fit and tells how many. */
  appendBytes(values: ByteValues, count: number): number {
    const kernel = this.#kernel;
    const left = Math.max(0, this.#maxBytes - this.#bytes);
    const fit = values.fit(count, left);
    // Only the first value of a batch may pass the limit.
    if (fit.count === 0 || (fit.bytes > left && this.#rows > 0)) return 0;
    this.#makeRoom(this.#bytes + fit.bytes);
    const mark = kernel.mark();
    values.append(kernel, this.#values, this.#offsets, this.#at);
    kernel.release(mark);
    this.#bytes += fit.bytes;
    if (this.#leaf.layout.type.kind === 'utf8' && !values.checked)
      checkUtf8(kernel, fit.count, this.#offsets + 4 * this.#values, this.#at);
    return fit.count;
  }

  appendFixed(values: FixedValues, count: number): void {
    const kernel = this.#kernel;
    const mark = kernel.mark();
    values.append(kernel, count, this.#at + this.#values * this.#leaf.layout.width);
    kernel.release(mark);
  }

  #makeRoom(need: number): void {
    if (need <= this.#room) return;
    this.#room = Math.max(need, Math.min(2 * this.#room, this.#maxBytes));
    const at = this.#kernel.reserve(this.#room);
    this.#kernel.bytes(at, this.#bytes).set(this.#kernel.bytes(this.#at, this.#bytes));
    this.#at = at;
  }
}

/** Takes the rows behind the first `rows` out of the kernel, to be read again like a page. */
export function surplusOf(kernel: Kernel, leaf: FlatLeaf, gathered: DenseRows, rows: number): OpenPage {
  const flags = gathered.present?.slice(rows, gathered.rows) ?? null;
  const left = gathered.rows - rows;
  const values = flags === null ? left : countOnes(flags);
  const first = gathered.values - values;
  return {
    left,
    levels: flags === null ? null : levelsOf(flags, leaf.maxDefinition),
    values: surplusValues(),
    stream: null,
  };

  function surplusValues(): OpenPage['values'] {
    if (gathered.offsets !== 0) {
      const plain = plainBytes(kernel, gathered, first, values);
      return { kind: 'bytes', of: { ...plainByteValues({ bytes: plain, at: 0 }), checked: true } };
    }
    const { width } = leaf.layout;
    const fixed = kernel.bytes(gathered.at + first * width, values * width).slice();
    return { kind: 'fixed', of: plainFixedValues({ bytes: fixed, at: 0 }, width) };
  }
}

function levelsOf(flags: Uint8Array, maxDefinition: number): PeekBuffer {
  let at = 0;
  return peekBuffer({
    read: (out, count) => {
      for (let i = 0; i < count; i++) out[i] = flags[at++] === 1 ? maxDefinition : 0;
    },
  });
}

/** Values [first, first + count) written out as PLAIN. */
function plainBytes(kernel: Kernel, gathered: DenseRows, first: number, count: number): Uint8Array {
  const ends = kernel.ints(gathered.offsets + 4 * first, count + 1);
  const start = ends[0] ?? 0;
  const out = new Uint8Array((ends[count] ?? 0) - start + 4 * count);
  const view = new DataView(out.buffer);
  const bytes = kernel.bytes(gathered.at, ends[count] ?? 0);
  let to = 0;
  for (let i = 0; i < count; i++) {
    const from = ends[i] ?? 0;
    const end = ends[i + 1] ?? 0;
    view.setUint32(to, end - from, true);
    out.set(bytes.subarray(from, end), to + 4);
    to += 4 + end - from;
  }
  return out;
}

/** How many bytes are 1. */
export function countOnes(flags: Uint8Array): number {
  let ones = 0;
  for (const flag of flags) ones += flag;
  return ones;
}
