import type { ColumnChunk, CompressionCodec, KeyValue, RowGroup, SchemaElement } from 'hyparquet';
import { ByteWriter } from 'hyparquet-writer/src/bytewriter.js';
import { writeMetadata } from 'hyparquet-writer/src/metadata.js';
import { serializeTCompactProtocol } from 'hyparquet-writer/src/thrift.js';
import { TrancheError } from '../errors.ts';
import type { ByteSink } from './byteSink.ts';

/** A codec for pages; the same input gives the same output. */
export interface PagePacker {
  readonly codec: Extract<CompressionCodec, 'ZSTD' | 'SNAPPY'>;
  readonly pack: (bytes: Uint8Array) => Uint8Array;
}

/** One data page: its levels as they lie in a version 1 page, then the present values in PLAIN encoding, in parts. */
export interface ParquetPage {
  /** Values with their nulls: rows, for a flat column. */
  readonly slots: number;
  readonly nulls: number;
  readonly parts: readonly Uint8Array[];
}

/** A leaf of the schema: the path below the root and the element that holds its physical type. */
export interface ParquetLeaf {
  readonly path: readonly string[];
  readonly element: SchemaElement;
}

/** A Parquet file that is being written. */
export interface ParquetFile {
  /** Writes one row group: for each leaf in schema order its pages in row order. */
  readonly writeRowGroup: (rows: number, leaves: readonly (readonly ParquetPage[])[]) => Promise<void>;
  /** Writes the footer and gives the size of the whole file in bytes. */
  readonly finish: (keyValues: readonly KeyValue[]) => Promise<number>;
}

const MAGIC = 'PAR1';
const MAX_PAGE_BYTES = 0x7fffffff;
const ENCODING_PLAIN = 0;
const ENCODING_RLE = 3;

/** The header of a version 1 data page (parquet-format, `PageHeader`), whose size fields are 32 bits. */
function pageHeader(slots: number, rawBytes: number, packedBytes: number): Uint8Array {
  const writer = new ByteWriter(64);
  serializeTCompactProtocol(writer, {
    field_1: 0,
    field_2: rawBytes,
    field_3: packedBytes,
    field_5: { field_1: slots, field_2: ENCODING_PLAIN, field_3: ENCODING_RLE, field_4: ENCODING_RLE },
  });
  return writer.getBytes();
}

function sizeOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}

/** Copies parts into one fresh array. */
function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(sizeOf(parts));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

interface PackedColumn {
  readonly bytes: Uint8Array;
  readonly rawBytes: number;
  readonly slots: number;
  readonly nulls: number;
}

function packColumn(pages: readonly ParquetPage[], packer: PagePacker | null): PackedColumn {
  const parts: Uint8Array[] = [];
  let [rawBytes, slots, nulls] = [0, 0, 0];
  for (const page of pages) {
    const pageBytes = sizeOf(page.parts);
    if (pageBytes > MAX_PAGE_BYTES)
      throw new TrancheError('internal', `A Parquet page of ${pageBytes} bytes is too big.`);
    const packed = packer === null ? page.parts : [packer.pack(joinBytes(page.parts))];
    const header = pageHeader(page.slots, pageBytes, sizeOf(packed));
    parts.push(header, ...packed);
    rawBytes += header.length + pageBytes;
    slots += page.slots;
    nulls += page.nulls;
  }
  return { bytes: joinBytes(parts), rawBytes, slots, nulls };
}

function columnChunk(leaf: ParquetLeaf, packed: PackedColumn, codec: CompressionCodec, at: number): ColumnChunk {
  const { type } = leaf.element;
  if (type === undefined)
    throw new TrancheError('internal', `The Parquet column "${leaf.path.join('.')}" has no type.`);
  return {
    file_offset: BigInt(at),
    meta_data: {
      type,
      encodings: ['PLAIN', 'RLE'],
      path_in_schema: [...leaf.path],
      codec,
      num_values: BigInt(packed.slots),
      total_uncompressed_size: BigInt(packed.rawBytes),
      total_compressed_size: BigInt(packed.bytes.length),
      data_page_offset: BigInt(at),
      statistics: { null_count: BigInt(packed.nulls) },
    },
  };
}

/**
 * Writes a Parquet file from pages that are already encoded, so no value is touched on the way; the footer is hyparquet-writer's.
 * `schema` begins with the root; `leaves` are its leaves in order. Each column chunk of a row group is written in one piece.
 */
export function openParquetFile(
  sink: ByteSink,
  schema: readonly SchemaElement[],
  leaves: readonly ParquetLeaf[],
  packer: PagePacker | null,
): ParquetFile {
  const codec = packer?.codec ?? 'UNCOMPRESSED';
  const rowGroups: RowGroup[] = [];
  let offset = 0;
  const write = async (bytes: Uint8Array): Promise<void> => {
    offset += bytes.length;
    await sink.write(bytes);
  };
  const begin = async (): Promise<void> => {
    if (offset === 0) await write(new TextEncoder().encode(MAGIC));
  };
  return {
    writeRowGroup: async (rows, pages) => {
      await begin();
      const from = offset;
      const columns: ColumnChunk[] = [];
      let rawBytes = 0;
      for (const [index, leaf] of leaves.entries()) {
        const packed = packColumn(pages[index] ?? [], packer);
        columns.push(columnChunk(leaf, packed, codec, offset));
        rawBytes += packed.rawBytes;
        await write(packed.bytes);
      }
      rowGroups.push({
        columns,
        total_byte_size: BigInt(rawBytes),
        num_rows: BigInt(rows),
        file_offset: BigInt(from),
        total_compressed_size: BigInt(offset - from),
      });
    },
    finish: async (keyValues) => {
      await begin();
      const writer = new ByteWriter();
      writeMetadata(writer, {
        version: 1,
        schema: [...schema],
        num_rows: rowGroups.reduce((sum, group) => sum + group.num_rows, 0n),
        row_groups: rowGroups,
        key_value_metadata: [...keyValues],
        created_by: 'tranche',
        metadata_length: 0,
      });
      await write(writer.getBytes());
      await write(new TextEncoder().encode(MAGIC));
      return offset;
    },
  };
}
