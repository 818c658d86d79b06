import type { ColumnChunk } from 'hyparquet';
import { readOffsetIndex } from 'hyparquet/src/indexes.js';
import type { ByteSource } from '../../ports.ts';
import type { PageHeader } from './pageHeader.ts';
import { readPageHeader } from './pageHeader.ts';
import { thriftEnd } from './thriftEnd.ts';

/** Rows [firstRow, firstRow + rows) of the row group, in the page whose header begins at byte `at` of the file. */
export interface PagePlace {
  readonly at: number;
  readonly firstRow: number;
  readonly rows: number;
}

/** A page whose body of `header.packedBytes` begins at byte `bodyAt` of the file. */
export interface PageAt {
  readonly header: PageHeader;
  readonly bodyAt: number;
}

/** A page as it lies in the file. */
export interface PackedPage {
  readonly header: PageHeader;
  readonly body: Uint8Array;
}

const HEADER_BYTES = 256;
const MAX_HEADER_BYTES = 16 << 20;
const MAX_INDEX_BYTES = 64 << 20;
/** What is kept of the file between two pages. */
const MAX_WINDOW_BYTES = 2 << 20;

interface ReadBytes {
  readonly at: number;
  readonly bytes: Uint8Array;
}

const NOTHING: ReadBytes = { at: 0, bytes: new Uint8Array(0) };

/** The pages of one flat column chunk: found by its offset index, or by going from header to header as far as asked. */
export class ChunkPages {
  readonly #source: ByteSource;
  readonly #chunk: ColumnChunk;
  readonly #rows: number;
  readonly #start: number;
  readonly #end: number;
  readonly #places: PagePlace[] = [];
  #nextAt: number;
  #nextRow = 0;
  #dictionaryAt: number | null | undefined;
  #window: ReadBytes = NOTHING;
  #indexTried = false;

  /** `dataEnd` is where the footer begins; chunks that reach past it are broken. Throws a plain Error for impossible places. */
  constructor(source: ByteSource, chunk: ColumnChunk, rows: number, dataEnd: number) {
    const meta = chunk.meta_data;
    if (meta === undefined) throw new Error('it has no metadata');
    this.#source = source;
    this.#chunk = chunk;
    this.#rows = rows;
    // Some writers put 0 where there is no dictionary.
    const starts = [meta.dictionary_page_offset, meta.data_page_offset].map(Number).filter((at) => at > 0);
    this.#start = Math.min(...starts);
    this.#end = this.#start + Number(meta.total_compressed_size);
    this.#nextAt = this.#start;
    if (rows > 0 && !(this.#start >= 4 && this.#end >= this.#start && this.#end <= dataEnd))
      throw new Error('its pages lie outside of the file');
  }

  /** Bytes [at, at + length) of the chunk, fewer at its end; reads up to `ahead` bytes at once. */
  async #bytes(at: number, length: number, ahead: number, signal: AbortSignal): Promise<Uint8Array> {
    const wanted = Math.min(length, this.#end - at);
    if (wanted < 0) throw new Error('its pages end early');
    const from = at - this.#window.at;
    if (from >= 0 && from + wanted <= this.#window.bytes.length)
      return this.#window.bytes.subarray(from, from + wanted);
    const take = Math.min(Math.max(wanted, ahead), this.#end - at);
    this.#window = { at, bytes: await this.#source.read(at, take, signal) };
    return this.#window.bytes.subarray(0, wanted);
  }

  async #header(at: number, ahead: number, signal: AbortSignal): Promise<PageHeader> {
    for (let length = HEADER_BYTES; length <= MAX_HEADER_BYTES; length *= 8) {
      const bytes = await this.#bytes(at, length, Math.max(ahead, length), signal);
      const header = readPageHeader(bytes, 0);
      if (header !== null) {
        if (at + header.headerBytes + header.packedBytes > this.#end)
          throw new Error('a page is longer than its column');
        return header;
      }
      if (bytes.length < length) break;
    }
    throw new Error('a page header is malformed');
  }

  /** Goes on to the next page header; false behind the last page. */
  async #walk(ahead: number, signal: AbortSignal): Promise<boolean> {
    if (this.#nextRow >= this.#rows || this.#nextAt >= this.#end) return false;
    const header = await this.#header(this.#nextAt, ahead, signal);
    if (header.kind === 'dictionary') {
      if (typeof this.#dictionaryAt === 'number' || this.#places.length > 0) throw new Error('a second dictionary');
      this.#dictionaryAt = this.#nextAt;
    } else if (header.kind === 'data') this.#add(this.#nextAt, header.values);
    this.#nextAt += header.headerBytes + header.packedBytes;
    return true;
  }

  #add(at: number, rows: number): void {
    if (rows > this.#rows - this.#nextRow) throw new Error('its pages hold more rows than its row group');
    if (rows > 0) this.#places.push({ at, firstRow: this.#nextRow, rows });
    this.#nextRow += rows;
  }

  async #readIndex(signal: AbortSignal): Promise<void> {
    if (this.#indexTried) return;
    this.#indexTried = true;
    const at = Number(this.#chunk.offset_index_offset ?? 0);
    const length = this.#chunk.offset_index_length ?? 0;
    if (!(at >= 4 && length > 0 && length <= MAX_INDEX_BYTES && at + length <= this.#source.sizeBytes)) return;
    const bytes = await this.#source.read(at, length, signal);
    if (thriftEnd(bytes, 0) < 0) return;
    const { page_locations } = readOffsetIndex({
      view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
      offset: 0,
    });
    const places = page_locations.map(({ offset, first_row_index }, i) => {
      const firstRow = Number(first_row_index);
      const next = page_locations[i + 1];
      return {
        at: Number(offset),
        firstRow,
        rows: (next === undefined ? this.#rows : Number(next.first_row_index)) - firstRow,
      };
    });
    this.#takeIndex(places);
  }

  /** An index that contradicts itself or the chunk is not used: the headers tell the same. */
  #takeIndex(places: readonly PagePlace[]): void {
    let row = 0;
    let at = this.#start - 1;
    for (const place of places) {
      if (place.firstRow !== row || !(place.rows >= 0) || !(place.at > at) || place.at >= this.#end) return;
      row += place.rows;
      at = place.at;
    }
    const [first] = places;
    if (row !== this.#rows || first === undefined) return;
    for (const place of places) if (place.rows > 0) this.#places.push(place);
    this.#nextRow = row;
    this.#dictionaryAt = first.at > this.#start ? this.#start : null;
  }

  /** All pages; reads headers only. */
  async places(signal: AbortSignal): Promise<readonly PagePlace[]> {
    await this.#readIndex(signal);
    while (await this.#walk(0, signal));
    if (this.#nextRow !== this.#rows) throw new Error('its pages hold fewer rows than its row group');
    return this.#places;
  }

  /** The page that holds row `row` of the row group. */
  async placeOf(row: number, ahead: number, signal: AbortSignal): Promise<PagePlace> {
    if (row > 0) await this.#readIndex(signal);
    while (this.#nextRow <= row)
      // Only the page that is wanted itself is read ahead of; the others are passed over by their headers.
      if (!(await this.#walk(row === this.#nextRow ? ahead : 0, signal)))
        throw new Error('its pages hold fewer rows than its row group');
    let low = 0;
    for (let high = this.#places.length; high - low > 1;) {
      const middle = (low + high) >> 1;
      if ((this.#places[middle]?.firstRow ?? 0) <= row) low = middle;
      else high = middle;
    }
    const place = this.#places[low];
    if (place === undefined) throw new Error('it has no pages');
    return place;
  }

  /** The dictionary page, null if the chunk has none. */
  async dictionary(ahead: number, signal: AbortSignal): Promise<PackedPage | null> {
    if (this.#dictionaryAt === undefined && this.#places.length === 0) await this.#walk(ahead, signal);
    if (typeof this.#dictionaryAt !== 'number') return null;
    const page = await this.#at(this.#dictionaryAt, ahead, signal);
    return page.header.kind === 'dictionary' ? this.load(page, ahead, signal) : null;
  }

  /** Where the data page at a place is. */
  async page(place: PagePlace, ahead: number, signal: AbortSignal): Promise<PageAt> {
    const page = await this.#at(place.at, ahead, signal);
    if (page.header.kind !== 'data' || page.header.values !== place.rows) throw new Error('its page index is wrong');
    return page;
  }

  async #at(at: number, ahead: number, signal: AbortSignal): Promise<PageAt> {
    const header = await this.#header(at, ahead, signal);
    return { header, bodyAt: at + header.headerBytes };
  }

  /** A whole page. */
  async load({ header, bodyAt }: PageAt, ahead: number, signal: AbortSignal): Promise<PackedPage> {
    const body = await this.#bytes(bodyAt, header.packedBytes, ahead, signal);
    if (body.length > MAX_WINDOW_BYTES) this.#window = NOTHING; // a large page is read once
    return { header, body };
  }

  /** Bytes [at, at + length), fewer if they were read ahead in part; they may lie in `into`. The caller stays within a page. */
  async piece(at: number, length: number, into: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
    const { at: first, bytes } = this.#window;
    if (at >= first && at < first + bytes.length) return bytes.subarray(at - first, at - first + length);
    if (bytes.length > MAX_WINDOW_BYTES) this.#window = NOTHING;
    return this.#source.read(at, length, signal, into);
  }
}
