import type { Kernel } from '../../../kernel/kernel.ts';
import type { Codecs } from '../../ports.ts';
import type { ChunkPages, PagePlace } from './chunkPages.ts';
import type { DenseColumn, DenseRows } from './denseRows.ts';
import { countOnes, surplusOf } from './denseRows.ts';
import type { Dictionary, DictionaryPage } from './dictionary.ts';
import { placeByteDictionary, placeFixedDictionary } from './dictionary.ts';
import type { FlatLeaf } from './flatLeaf.ts';
import type { OpenPage } from './openPage.ts';
import { openPage } from './openPage.ts';
import type { PageHeader } from './pageHeader.ts';
import { unpackPage } from './unpackPage.ts';

const SKIP_ROWS = 1 << 16;

/** An unpacked page that the next fragment may begin in. */
interface KeptPage {
  readonly place: PagePlace;
  readonly header: PageHeader;
  readonly bytes: Uint8Array;
}

/** A column chunk that a worker keeps between fragments: its pages, its dictionary, the page read last. */
export interface KeptChunk {
  readonly pages: ChunkPages;
  readonly leaf: FlatLeaf;
  readonly codec: string;
  dictionary: DictionaryPage | null | undefined;
  last: KeptPage | null;
}

/** Reads one column's rows in order, from any row on. */
export class ColumnCursor {
  readonly #kernel: Kernel;
  readonly #codecs: Codecs;
  readonly #chunk: KeptChunk;
  readonly #aheadBytes: number;
  /** Pages opened and not read to their end, the next one first; surplus of a batch comes back as a page. */
  readonly #open: OpenPage[] = [];
  #dictionary: Dictionary | null = null;
  #nextRow = 0;

  constructor(kernel: Kernel, codecs: Codecs, chunk: KeptChunk, aheadBytes: number) {
    this.#kernel = kernel;
    this.#codecs = codecs;
    this.#chunk = chunk;
    this.#aheadBytes = aheadBytes;
  }

  get leaf(): FlatLeaf {
    return this.#chunk.leaf;
  }

  /** Goes to a row of the row group; the dictionary lies in the kernel from now on. */
  async seek(row: number, signal: AbortSignal): Promise<void> {
    await this.#placeDictionary(row === 0 ? this.#aheadBytes : 0, signal);
    const place = await this.#chunk.pages.placeOf(row, this.#aheadBytes, signal);
    this.#nextRow = place.firstRow;
    await this.#openNext(signal);
    for (let left = row - place.firstRow; left > 0;) {
      const rows = Math.min(left, SKIP_ROWS);
      this.#skip(rows);
      left -= rows;
    }
  }

  async #placeDictionary(aheadBytes: number, signal: AbortSignal): Promise<void> {
    const chunk = this.#chunk;
    if (chunk.dictionary === undefined) {
      const packed = await chunk.pages.dictionary(aheadBytes, signal);
      chunk.dictionary =
        packed === null ? null : { bytes: unpackPage(this.#codecs, chunk.codec, packed), count: packed.header.values };
    }
    if (chunk.dictionary === null) return;
    const { physical, layout } = chunk.leaf;
    this.#dictionary =
      physical === 'BYTE_ARRAY'
        ? placeByteDictionary(this.#kernel, chunk.dictionary, layout.type.kind === 'utf8')
        : placeFixedDictionary(this.#kernel, chunk.dictionary, layout.width);
  }

  async #openNext(signal: AbortSignal): Promise<void> {
    const chunk = this.#chunk;
    const place = await chunk.pages.placeOf(this.#nextRow, this.#aheadBytes, signal);
    if (chunk.last?.place.at !== place.at) {
      chunk.last = null;
      const packed = await chunk.pages.page(place, this.#aheadBytes, signal);
      chunk.last = { place, header: packed.header, bytes: unpackPage(this.#codecs, chunk.codec, packed) };
    }
    const { header, bytes } = chunk.last;
    this.#open.push(openPage(this.#kernel, bytes, header, chunk.leaf, this.#dictionary));
    this.#nextRow = place.firstRow + place.rows;
  }

  #skip(rows: number): void {
    const [page] = this.#open;
    if (page === undefined) return;
    const values = page.levels === null ? rows : this.#present(page.levels.peek(rows)).values;
    page.levels?.advance(rows);
    page.values.of.skip(this.#kernel, values);
    page.left -= rows;
  }

  /** Which rows have a value, by their levels; flags are null where all have. */
  #present(levels: Uint32Array): { flags: Uint8Array | null; values: number } {
    const most = this.#chunk.leaf.maxDefinition;
    if (levels.every((level) => level === most)) return { flags: null, values: levels.length };
    const flags = new Uint8Array(levels.length);
    for (let i = 0; i < levels.length; i++) {
      const level = levels[i] ?? 0;
      if (level > most) throw new Error('a level is higher than its schema allows');
      flags[i] = level === most ? 1 : 0;
    }
    return { flags, values: countOnes(flags) };
  }

  /** Appends rows until the column has `rows` or its bytes are full. */
  async gather(into: DenseColumn, rows: number, signal: AbortSignal): Promise<void> {
    while (into.rows < rows) {
      if (this.#open[0]?.left === 0) this.#open.shift();
      if (this.#open.length === 0) await this.#openNext(signal);
      const [page] = this.#open;
      if (page === undefined) continue;
      const wanted = Math.min(rows - into.rows, page.left);
      if (this.#take(page, into, wanted) < wanted) return;
    }
  }

  #take(page: OpenPage, into: DenseColumn, wanted: number): number {
    const { flags, values } =
      page.levels === null ? { flags: null, values: wanted } : this.#present(page.levels.peek(wanted));
    let taken = values;
    if (page.values.kind === 'fixed') into.appendFixed(page.values.of, values);
    else if (values > 0) taken = into.appendBytes(page.values.of, values);
    const rows = taken === values ? wanted : rowsWith(flags, taken);
    page.levels?.advance(rows);
    into.addFlags(flags, rows, taken);
    page.left -= rows;
    return rows;
  }

  /** Gives back the gathered rows behind the first `rows`. */
  giveBack(gathered: DenseRows, rows: number): void {
    if (gathered.rows > rows) this.#open.unshift(surplusOf(this.#kernel, this.#chunk.leaf, gathered, rows));
  }
}

/** How many rows come before the value behind the first `values`. */
function rowsWith(flags: Uint8Array | null, values: number): number {
  if (flags === null) return values;
  let row = 0;
  for (let seen = 0; row < flags.length; row++) {
    if (flags[row] === 1 && seen++ === values) return row;
  }
  return row;
}
