import { type FileMetaData, parquetMetadataAsync, type RowGroup } from 'hyparquet';
import { messageOf, throwIfAborted, TrancheError } from '../errors.ts';
import type { Column } from '../model/columnType.ts';
import type { ByteSource, Codecs } from '../ports.ts';
import { KEPT_METADATA, keptNames, type KeptSchema } from './keptRowsWriter.ts';
import { intValues, type PlainPage, readPlainPages, type TextValues, textValues } from './parquetPages.ts';

/** Consecutive rows in dataset order; views of memory that lives as long as the block. */
export interface KeptBlock {
  readonly rows: number;
  /** custom_id, then the key columns, then the carried columns. */
  readonly columns: readonly TextValues[];
  /** Number of the chunk each row is in; 0: none. */
  readonly chunks: Int32Array;
  readonly reasons: TextValues;
  readonly details: TextValues;
}

/** Rows [from, to) of the dataset. */
export interface RowRange {
  readonly from: number;
  readonly to: number;
}

/** The kept rows of a run. */
export interface KeptRows {
  readonly name: string;
  readonly schema: KeptSchema;
  readonly rows: number;
  /** Rows in dataset order, one row group in memory at a time; with `rows` only the row groups that hold any of them. */
  readonly blocks: (signal: AbortSignal, rows?: RowRange) => AsyncGenerator<KeptBlock>;
}

const MAX_CHUNK_BYTES = 1 << 30;
const OWN_TAIL = 3;

function corrupt(source: ByteSource, cause: unknown): TrancheError {
  const why = `The kept rows in ${source.name} cannot be read: ${messageOf(cause)}; render the job again.`;
  return new TrancheError('corrupt', why, cause);
}

function isColumns(value: unknown): value is Column[] {
  const isColumn = (item: unknown): boolean =>
    typeof item === 'object' && item !== null && 'name' in item && typeof item.name === 'string' && 'type' in item;
  return Array.isArray(value) && value.every(isColumn);
}

function readSchema(footer: FileMetaData): KeptSchema {
  const text = footer.key_value_metadata?.find(({ key }) => key === KEPT_METADATA)?.value;
  const value: unknown = JSON.parse(text ?? 'null');
  if (typeof value !== 'object' || value === null || !('key' in value) || !('carried' in value)) {
    throw new Error('it is not a kept-rows file');
  }
  const { key, carried } = value;
  if (!isColumns(key) || !isColumns(carried)) throw new Error('it is not a kept-rows file');
  const expected = ['custom_id', ...keptNames({ key, carried }), 'chunk', 'reason', 'detail'];
  const names = footer.schema.slice(1).map(({ name }) => name);
  if (names.join('\0') !== expected.join('\0')) throw new Error('its columns are not those it names');
  return { key, carried };
}

async function readColumns(
  source: ByteSource,
  group: RowGroup,
  texts: number,
  codecs: Pick<Codecs, 'unpack'>,
  signal: AbortSignal,
): Promise<PlainPage[][]> {
  const columns: PlainPage[][] = [];
  for (const [index, { meta_data: meta }] of group.columns.entries()) {
    if (meta === undefined) throw new Error('a column has no metadata');
    const [at, length] = [Number(meta.data_page_offset), Number(meta.total_compressed_size)];
    if (!(at >= 0 && length >= 0 && length <= MAX_CHUNK_BYTES && at + length <= source.sizeBytes)) {
      throw new Error('a column lies outside of the file');
    }
    const bytes = await source.read(at, length, signal);
    columns.push(readPlainPages(bytes, meta, index === texts, codecs));
  }
  return columns;
}

function blockOf(columns: readonly PlainPage[], texts: number): KeptBlock {
  const values = columns.map((page, index) => (index === texts ? null : textValues(page)));
  const isText = (value: TextValues | null | undefined): value is TextValues => value !== null && value !== undefined;
  const [chunkPage, reasons, details] = [columns[texts], values[texts + 1], values[texts + 2]];
  if (chunkPage === undefined || !isText(reasons) || !isText(details)) throw new Error('a column is missing');
  if (columns.some((page) => page.slots !== chunkPage.slots)) throw new Error('its columns are of unequal length');
  return {
    rows: chunkPage.slots,
    columns: values.slice(0, texts).filter(isText),
    chunks: intValues(chunkPage),
    reasons,
    details,
  };
}

/** Opens kept rows by their footer. A file that is not one, or is damaged, is a `corrupt` error that names it. */
export async function openKeptRows(
  source: ByteSource,
  codecs: Pick<Codecs, 'unpack'>,
  signal: AbortSignal,
): Promise<KeptRows> {
  const slice = async (from: number, to?: number): Promise<ArrayBuffer> => {
    const end = Math.min(to ?? source.sizeBytes, source.sizeBytes);
    const bytes = await source.read(from, end - from, signal);
    return new Uint8Array(bytes).buffer;
  };
  const guard = async <T>(work: () => Promise<T>): Promise<T> => {
    throwIfAborted(signal);
    try {
      return await work();
    } catch (error) {
      throw error instanceof TrancheError ? error : corrupt(source, error);
    }
  };
  const { footer, schema } = await guard(async () => {
    if (source.sizeBytes < 12) throw new Error('it is cut short');
    const metadata = await parquetMetadataAsync({ byteLength: source.sizeBytes, slice });
    return { footer: metadata, schema: readSchema(metadata) };
  });
  const texts = 1 + schema.key.length + schema.carried.length;
  return {
    name: source.name,
    schema,
    rows: footer.row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0),
    blocks: async function* (blockSignal, range) {
      let firstRow = 0;
      for (const group of footer.row_groups) {
        const groupRow = firstRow;
        firstRow += Number(group.num_rows);
        if (range && (firstRow <= range.from || groupRow >= range.to)) continue;
        const columns = await guard(() => readColumns(source, group, texts, codecs, blockSignal));
        if (columns.length !== texts + OWN_TAIL) throw corrupt(source, 'a column is missing');
        const pages = columns[0]?.length ?? 0;
        const slots = columns[0]?.reduce((sum, page) => sum + page.slots, 0) ?? 0;
        if (columns.some((column) => column.length !== pages) || BigInt(slots) !== group.num_rows) {
          throw corrupt(source, 'its pages are unequal');
        }
        for (let page = 0; page < pages; page++) {
          yield await guard(async () =>
            blockOf(
              columns.flatMap((column) => column[page] ?? []),
              texts,
            ),
          );
        }
      }
    },
  };
}
