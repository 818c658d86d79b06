import type { Kernel } from '../../../kernel/kernel.ts';
import type { TextColumn } from '../../../kernel/textColumn.ts';

/** Fields of a column slot (`src/kernel/assembly/scan.ts`). */
const SLOT_INTS = 8;
const AT = 2;
const NULLS = 4;

/** One text per column; null where the row has none. */
export type RowTexts = readonly (Uint8Array | null)[];

/** The columns a scanner writes into, in areas reserved once: `maxRows` rows whose texts are at most `valueBytes` a column. */
export class ColumnSlots {
  readonly #kernel: Kernel;
  readonly #areas: readonly { offsets: number; values: number; validity: number }[];
  readonly #maxRows: number;
  readonly #valueBytes: number;
  #alone = { at: 0, bytes: 0 };
  readonly count: number;
  /** Address of the slots. */
  readonly slots: number;
  /** Address of the two words where a scanner says how it ended. */
  readonly state: number;

  constructor(kernel: Kernel, count: number, maxRows: number, valueBytes: number) {
    this.#kernel = kernel;
    this.#maxRows = maxRows;
    this.#valueBytes = valueBytes;
    this.count = count;
    this.slots = kernel.reserve(4 * SLOT_INTS * count);
    this.state = kernel.reserve(8);
    this.#areas = Array.from({ length: count }, () => ({
      offsets: kernel.reserve(4 * (maxRows + 1)),
      values: kernel.reserve(valueBytes),
      validity: kernel.reserve(Math.ceil(maxRows / 8)),
    }));
  }

  /** Empties the columns. */
  reset(): void {
    for (const [j, { offsets, values, validity }] of this.#areas.entries()) {
      this.#slot(j).set([offsets, values, 0, validity, 0, 0, 0, 0]);
      this.#kernel.ints(offsets, 1)[0] = 0;
      this.#kernel.bytes(validity, Math.ceil(this.#maxRows / 8)).fill(0xff);
    }
  }

  /** Where the scanner stopped, and whether at an odd record. */
  outcome(): { stopped: number; odd: boolean } {
    const [stopped = 0, odd = 0] = this.#kernel.ints(this.state, 2);
    return { stopped, odd: odd !== 0 };
  }

  /** Writes row `row`, the next one, as the scanner would. */
  append(row: number, texts: RowTexts): void {
    for (const [j, { offsets, values, validity }] of this.#areas.entries()) {
      const slot = this.#slot(j);
      const at = slot[AT] ?? 0;
      const text = texts[j] ?? null;
      const end = at + (text?.length ?? 0);
      if (end > this.#valueBytes) throw new RangeError(`${end} bytes of text where ${this.#valueBytes} were foreseen`);
      if (text === null) {
        const bits = this.#kernel.bytes(validity + (row >> 3), 1);
        bits[0] = (bits[0] ?? 0) & ~(1 << (row & 7));
        slot[NULLS] = (slot[NULLS] ?? 0) + 1;
      } else this.#kernel.bytes(values + at, text.length).set(text);
      slot[AT] = end;
      this.#kernel.ints(offsets, this.#maxRows + 1)[row + 1] = end;
    }
  }

  /** The columns as they stand. */
  columns(): TextColumn[] {
    return this.#areas.map(({ offsets, values, validity }, j) => {
      const nulls = this.#slot(j)[NULLS] ?? 0;
      return { offsets, values, validity: nulls > 0 ? validity : 0, nulls };
    });
  }

  /** A row too large for the columns' areas, in an area of its own that grows to the largest such row. */
  alone(texts: RowTexts): TextColumn[] {
    const head = 16; // two offsets and the bitmap
    const sizes = texts.map((text) => head + Math.ceil(((text?.length ?? 0) + 16) / 16) * 16);
    let at = this.#room(sizes.reduce((sum, size) => sum + size, 0));
    return texts.map((text, j) => {
      const offsets = at;
      at += sizes[j] ?? 0;
      this.#kernel.ints(offsets, 4).set([0, text?.length ?? 0, 0, 0]);
      if (text !== null) this.#kernel.bytes(offsets + head, text.length).set(text);
      return {
        offsets,
        values: offsets + head,
        validity: text === null ? offsets + 8 : 0,
        nulls: text === null ? 1 : 0,
      };
    });
  }

  #room(bytes: number): number {
    if (bytes > this.#alone.bytes) {
      const size = Math.max(bytes, 2 * this.#alone.bytes);
      this.#alone = { at: this.#kernel.reserve(size), bytes: size };
    }
    return this.#alone.at;
  }

  #slot(j: number): Int32Array {
    return this.#kernel.ints(this.slots + 4 * SLOT_INTS * j, SLOT_INTS);
  }
}
