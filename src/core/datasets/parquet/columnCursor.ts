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
import type { StreamLimits } from './streamedPage.ts';
import { streamedPage } from './streamedPage.ts';
import { unpackPage } from './unpackPage.ts';

const SKIP_ROWS = 1 << 16;
/** Of a streamed page only some values are there at a time: about as many rows are looked at. */
const STREAM_ROWS = { least: 1 << 6, most: 1 << 12 };

/** An unpacked page that the next fragment may begin in. */
interface KeptPage {
  readonly place: PagePlace;
  readonly header: PageHeader;
  readonly bytes: Uint8Array;
}

/** A page that is unpacked while it is read. */
interface LivePage {
  readonly place: PagePlace;
  readonly page: OpenPage;
}

/** A column chunk that a worker keeps between fragments: its pages, its dictionary, the page read last or being read. */
export interface KeptChunk {
  readonly pages: ChunkPages;
  readonly leaf: FlatLeaf;
  readonly codec: string;
  dictionary: DictionaryPage | null | undefined;
  last: KeptPage | null;
  /** Nobody reads on in it now. */
  live: LivePage | null;
}

/** Gives back what a kept chunk holds outside of memory. */
export async function closeChunk(chunk: KeptChunk): Promise<void> {
  const { live } = chunk;
  chunk.live = null;
  await live?.page.stream?.close();
}

/** Reads one column's rows in order, from any row on. */
export class ColumnCursor {
  readonly #kernel: Kernel;
  readonly #codecs: Codecs;
  readonly #chunk: KeptChunk;
  readonly #aheadBytes: number;
  readonly #limits: StreamLimits;
  /** Pages opened and not read to their end, the next one first; surplus of a batch comes back as a page. */
  readonly #open: OpenPage[] = [];
  /** The one of them that is streamed. */
  #live: LivePage | null = null;
  #dictionary: Dictionary | null = null;
  #nextRow = 0;
  #streamRows = STREAM_ROWS.least;

  constructor(kernel: Kernel, codecs: Codecs, chunk: KeptChunk, aheadBytes: number, limits: StreamLimits) {
    this.#kernel = kernel;
    this.#codecs = codecs;
    this.#chunk = chunk;
    this.#aheadBytes = aheadBytes;
    this.#limits = limits;
  }

  get leaf(): FlatLeaf {
    return this.#chunk.leaf;
  }

  /** Goes to a row of the row group; the dictionary lies in the kernel from now on. */
  async seek(row: number, signal: AbortSignal): Promise<void> {
    await this.#placeDictionary(row === 0 ? this.#aheadBytes : 0, signal);
    const place = await this.#chunk.pages.placeOf(row, this.#aheadBytes, signal);
    await this.#skip(row - (await this.#openFrom(place, row, signal)));
  }

  /** Opens a page and tells where it begins: in the middle, if the last fragment left it there. */
  async #openFrom(place: PagePlace, row: number, signal: AbortSignal): Promise<number> {
    const { live } = this.#chunk;
    const from = place.firstRow + place.rows - (live?.page.left ?? 0);
    if (live?.place.at !== place.at || from > row) {
      await closeChunk(this.#chunk);
      this.#nextRow = place.firstRow;
      await this.#openNext(signal);
      return place.firstRow;
    }
    this.#chunk.live = null;
    this.#live = live;
    live.page.stream?.resume(signal);
    this.#open.push(live.page);
    this.#nextRow = place.firstRow + place.rows;
    return from;
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
    this.#open.push(await this.#openAt(place, signal));
    this.#nextRow = place.firstRow + place.rows;
  }

  async #openAt(place: PagePlace, signal: AbortSignal): Promise<OpenPage> {
    const chunk = this.#chunk;
    if (chunk.last?.place.at !== place.at) {
      chunk.last = null;
      const page = await chunk.pages.page(place, this.#aheadBytes, signal);
      const streamed = await streamedPage(this.#kernel, this.#codecs, { ...chunk, page }, this.#limits, signal);
      if (streamed !== null) {
        this.#live = { place, page: streamed };
        return streamed;
      }
      const packed = await chunk.pages.load(page, this.#aheadBytes, signal);
      chunk.last = { place, header: packed.header, bytes: unpackPage(this.#codecs, chunk.codec, packed) };
    }
    const { header, bytes } = chunk.last;
    return openPage(this.#kernel, bytes, header, chunk.leaf, this.#dictionary);
  }

  async #skip(rows: number): Promise<void> {
    const [page] = this.#open;
    for (let left = rows; left > 0 && page !== undefined;) {
      const some = Math.min(left, SKIP_ROWS);
      const values = page.levels === null ? some : this.#present(page.levels.peek(some)).values;
      page.levels?.advance(some);
      await this.#skipValues(page, values);
      page.left -= some;
      left -= some;
    }
  }

  async #skipValues({ values, stream }: OpenPage, count: number): Promise<void> {
    for (let left = count; left > 0;) {
      await stream?.load();
      const some = stream?.ready(left) ?? left;
      values.of.skip(this.#kernel, some);
      left -= some;
    }
  }

  /** Which rows have a value, by their levels; flags are null where all have. */
  #present(levels: Uint32Array): { flags: Uint8Array | null; values: number } {
    const most = this.#chunk.leaf.maxDefinition;
    let same = 0;
    while (same < levels.length && levels[same] === most) same++;
    if (same === levels.length) return { flags: null, values: same };
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
    for (let isFull = false; into.rows < rows && !isFull;) {
      if (this.#open.length === 0) await this.#openNext(signal);
      const [page] = this.#open;
      if (page === undefined) continue;
      await page.stream?.load();
      isFull = this.#take(page, into, rows - into.rows);
      if (page.left === 0) await this.#finish(page);
    }
  }

  async #finish(page: OpenPage): Promise<void> {
    this.#open.shift();
    if (page.stream === null) return;
    await page.stream.finish();
    this.#live = null;
  }

  /** Takes the next rows of a page, at most `most` and not always as many; true if the column has no room for more. */
  #take(page: OpenPage, into: DenseColumn, most: number): boolean {
    const wanted = Math.min(most, page.left, page.stream === null ? Infinity : this.#streamRows);
    const { flags, values } =
      page.levels === null ? { flags: null, values: wanted } : this.#present(page.levels.peek(wanted));
    const ready = page.stream === null ? values : page.stream.ready(values);
    let taken = ready;
    if (page.values.kind === 'fixed') into.appendFixed(page.values.of, ready);
    else if (ready > 0) taken = into.appendBytes(page.values.of, ready);
    const rows = taken === values ? wanted : rowsWith(flags, taken);
    page.levels?.advance(rows);
    into.addFlags(flags, rows, taken);
    page.left -= rows;
    if (page.stream !== null) this.#streamRows = Math.min(STREAM_ROWS.most, Math.max(STREAM_ROWS.least, 2 * rows));
    return taken < ready;
  }

  /** Ends the reading: a page that was left in the middle is kept for the next fragment, unless something failed. */
  async close(isSound: boolean): Promise<void> {
    const live = this.#live;
    this.#live = null;
    const isNext = this.#open.length === 1 && this.#open[0] === live?.page;
    if (isSound && isNext && this.#chunk.live === null) this.#chunk.live = live;
    else await live?.page.stream?.close();
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
