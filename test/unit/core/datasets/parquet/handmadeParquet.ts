import type { SchemaElement } from 'hyparquet';
import type { CompressionCodecs } from 'hyparquet/src/constants.js';
import { Encodings } from 'hyparquet/src/constants.js';
import { ByteWriter } from 'hyparquet-writer/src/bytewriter.js';
import { writeMetadata } from 'hyparquet-writer/src/metadata.js';
import { serializeTCompactProtocol } from 'hyparquet-writer/src/thrift.js';

/** A page as a writer with odd ideas makes it. */
export interface HandmadePage {
  readonly kind?: 'data' | 'v2' | 'dictionary' | 'index';
  readonly values: number;
  readonly encoding?: (typeof Encodings)[number];
  readonly levelEncoding?: (typeof Encodings)[number];
  readonly body: Uint8Array;
  /** Said in the header; by default the truth. */
  readonly packedBytes?: number;
  readonly unpackedBytes?: number;
  readonly definitionBytes?: number;
  readonly crc?: number;
}

const PAGE_TYPES = { data: 0, index: 1, dictionary: 2, v2: 3 } as const;

function content(page: HandmadePage): Record<string, unknown> {
  const encoding = Encodings.indexOf(page.encoding ?? 'PLAIN');
  const levels = Encodings.indexOf(page.levelEncoding ?? 'RLE');
  if (page.kind === 'dictionary') return { field_7: { field_1: page.values, field_2: encoding } };
  if (page.kind === 'index') return { field_6: {} };
  if (page.kind !== 'v2')
    return { field_5: { field_1: page.values, field_2: encoding, field_3: levels, field_4: levels } };
  return {
    field_8: {
      field_1: page.values,
      field_2: 0,
      field_3: page.values,
      field_4: encoding,
      field_5: page.definitionBytes ?? 0,
      field_6: 0,
      field_7: false,
    },
  };
}

function writePage(out: ByteWriter, page: HandmadePage): void {
  serializeTCompactProtocol(out, {
    field_1: PAGE_TYPES[page.kind ?? 'data'],
    field_2: page.unpackedBytes ?? page.body.length,
    field_3: page.packedBytes ?? page.body.length,
    ...(page.crc === undefined ? {} : { field_4: page.crc }),
    ...content(page),
  });
  out.appendBytes(page.body);
}

/** A file of one column in one row group, uncompressed unless a codec is named. */
export function handmadeParquet(
  rows: number,
  element: Partial<SchemaElement>,
  pages: readonly HandmadePage[],
  codec: (typeof CompressionCodecs)[number] = 'UNCOMPRESSED',
): Uint8Array {
  const out = new ByteWriter();
  out.appendBytes(new TextEncoder().encode('PAR1'));
  const first = pages[0]?.kind === 'dictionary' ? 4n : undefined;
  let dataAt = 4n;
  for (const page of pages) {
    if (page.kind === 'dictionary') {
      writePage(out, page);
      dataAt = BigInt(out.offset);
    } else writePage(out, page);
  }
  const full: SchemaElement = { name: 'a', type: 'BYTE_ARRAY', repetition_type: 'REQUIRED', ...element };
  const size = BigInt(out.offset - 4);
  writeMetadata(out, {
    version: 1,
    schema: [{ name: 'schema', num_children: 1 }, full],
    num_rows: BigInt(rows),
    row_groups: [
      {
        columns: [
          {
            file_offset: 0n,
            meta_data: {
              type: full.type ?? 'BYTE_ARRAY',
              encodings: ['PLAIN'],
              path_in_schema: ['a'],
              codec,
              num_values: BigInt(rows),
              total_uncompressed_size: size,
              total_compressed_size: size,
              data_page_offset: dataAt,
              ...(first === undefined ? {} : { dictionary_page_offset: first }),
            },
          },
        ],
        total_byte_size: size,
        num_rows: BigInt(rows),
      },
    ],
    metadata_length: 0,
  });
  out.appendBytes(new TextEncoder().encode('PAR1'));
  return out.getBytes().slice();
}

/** PLAIN byte arrays. */
export function plainTexts(...texts: (string | Uint8Array)[]): Uint8Array {
  return Buffer.concat(
    texts.map((text) => {
      const bytes = Buffer.from(text);
      const length = Buffer.alloc(4);
      length.writeUInt32LE(bytes.length);
      return Buffer.concat([length, bytes]);
    }),
  );
}
