import type { ColumnChunk, SchemaElement } from 'hyparquet';
import { ByteWriter } from 'hyparquet-writer/src/bytewriter.js';
import { writeMetadata } from 'hyparquet-writer/src/metadata.js';
import { TrancheError } from '../../errors.ts';
import type { ParquetFile } from './parquetFile.ts';
import { checkChunk } from './parquetFile.ts';
import type { SchemaNode } from './schemaTree.ts';

/** What one row group's nested columns may weigh, packed. */
const MAX_BYTES = 512 << 20;
const MAGIC = new TextEncoder().encode('PAR1');

/** Elements of the schema from the root's children down to a node, the others left out, and all below it. */
function branch(root: SchemaNode, path: readonly string[]): SchemaElement[] {
  const elements: SchemaElement[] = [];
  let at = root;
  for (const [i, name] of path.entries()) {
    const next = at.children.find((child) => child.element.name === name);
    if (next === undefined) return elements;
    const isLast = i === path.length - 1;
    if (isLast) elements.push(...whole(next));
    else elements.push({ ...next.element, num_children: 1 });
    at = next;
  }
  return elements;
}

function whole(node: SchemaNode): SchemaElement[] {
  return [plainly(node.element), ...node.children.flatMap(whole)];
}

/** Integers and enumerated texts said by the converted types alone that every reader takes. */
function plainly(element: SchemaElement): SchemaElement {
  if (element.logical_type?.type === 'ENUM' || element.converted_type === 'ENUM') {
    const { logical_type, ...rest } = element;
    return logical_type === undefined || logical_type.type === 'ENUM' ? { ...rest, converted_type: 'UTF8' } : element;
  }
  if (element.logical_type?.type !== 'INTEGER') return element;
  const { logical_type, ...rest } = element;
  const name = `${logical_type.isSigned ? 'INT' : 'UINT'}_${logical_type.bitWidth}`;
  const converted = (['INT_8', 'INT_16', 'INT_32', 'INT_64', 'UINT_8', 'UINT_16', 'UINT_32', 'UINT_64'] as const).find(
    (known) => known === name,
  );
  return converted === undefined ? rest : { ...rest, converted_type: converted };
}

function leavesBelow(node: SchemaNode): SchemaNode[] {
  return node.leaf >= 0 ? [node] : node.children.flatMap(leavesBelow);
}

interface Placed {
  readonly chunk: ColumnChunk;
  readonly from: number;
  readonly length: number;
}

function placeOf(file: ParquetFile, rowGroup: number, leaf: SchemaNode): Placed {
  const name = leaf.path.join('.');
  checkChunk(file, rowGroup, leaf.leaf, name);
  const chunk = file.footer.metadata.row_groups[rowGroup]?.columns[leaf.leaf];
  const meta = chunk?.meta_data;
  if (chunk === undefined || meta === undefined) throw new Error(`${name} is missing`);
  if (meta.type !== leaf.element.type) throw new Error(`the type of ${name} is not that of the schema`);
  const starts = [meta.dictionary_page_offset, meta.data_page_offset].map(Number).filter((at) => at > 0);
  const from = Math.min(...starts);
  const length = Number(meta.total_compressed_size);
  if (!(from >= 4 && length >= 0 && from + length <= file.footer.footerAt))
    throw new Error(`the pages of ${name} lie outside of the file`);
  return { chunk, from, length };
}

function moved({ chunk }: Placed, by: number): ColumnChunk {
  const meta = chunk.meta_data;
  if (meta === undefined) return chunk;
  const shift = BigInt(by);
  const dictionaryAt = meta.dictionary_page_offset;
  return {
    file_offset: 0n,
    meta_data: {
      type: meta.type,
      encodings: meta.encodings,
      path_in_schema: meta.path_in_schema,
      codec: meta.codec,
      num_values: meta.num_values,
      total_uncompressed_size: meta.total_uncompressed_size,
      total_compressed_size: meta.total_compressed_size,
      data_page_offset: meta.data_page_offset + shift,
      ...(dictionaryAt !== undefined && dictionaryAt > 0n ? { dictionary_page_offset: dictionaryAt + shift } : {}),
    },
  };
}

/**
 * One row group's column chunks at and below some nodes as a Parquet file of its own, for a reader that wants all of a file in memory.
 * Hints other than Parquet's own types (Arrow's schema) are left out, so types are those of the schema.
 */
export async function nestedFile(
  file: ParquetFile,
  rowGroup: number,
  nodes: readonly SchemaNode[],
  signal: AbortSignal,
): Promise<Uint8Array> {
  const leaves = nodes.flatMap(leavesBelow);
  const placed = leaves.map((leaf) => placeOf(file, rowGroup, leaf));
  const bytes = placed.reduce((sum, { length }) => sum + length, 0);
  if (bytes > MAX_BYTES)
    throw new TrancheError(
      'notSupported',
      `${file.source.name}: the nested columns of row group ${rowGroup + 1} have ${Math.round(bytes / 1e6)} MB, more than can be read at once; write the file with smaller row groups.`,
    );
  const body = new Uint8Array(4 + bytes);
  body.set(MAGIC);
  const columns: ColumnChunk[] = [];
  let at = 4;
  for (const place of placed) {
    body.set(await file.source.read(place.from, place.length, signal), at);
    columns.push(moved(place, at - place.from));
    at += place.length;
  }
  const rows = file.footer.metadata.row_groups[rowGroup]?.num_rows ?? 0n;
  const root: SchemaElement = { name: 'schema', num_children: nodes.length };
  const footer = new ByteWriter();
  writeMetadata(footer, {
    version: 2,
    schema: [root, ...nodes.flatMap((node) => branch(file.root, node.path))],
    num_rows: rows,
    row_groups: [{ columns, total_byte_size: BigInt(bytes), num_rows: rows }],
    metadata_length: 0,
  });
  footer.appendBytes(MAGIC);
  const tail = footer.getBytes();
  const whole = new Uint8Array(body.length + tail.length);
  whole.set(body);
  whole.set(tail, body.length);
  return whole;
}
