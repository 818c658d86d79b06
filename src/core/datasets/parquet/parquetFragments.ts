import type { Fragment } from '../../model/dataset.ts';
import { brokenParquet } from './brokenParquet.ts';
import { ChunkPages } from './chunkPages.ts';
import type { FlatLeaf } from './flatLeaf.ts';
import type { ParquetFile, WantedColumn } from './parquetFile.ts';
import { checkChunk } from './parquetFile.ts';
import type { SchemaNode } from './schemaTree.ts';

/** A fragment is worth about so much; row groups up to the larger figure stay whole. */
const FRAGMENT_BYTES = 12 << 20;
const WHOLE_BYTES = 16 << 20;
/** Dictionaries hide how much text rows really have. */
const FRAGMENT_ROWS = 1 << 19;
const WHOLE_ROWS = 1 << 20;
/** Nested columns are read from a row group's beginning each time, so their parts are larger. */
const NESTED_BYTES = 64 << 20;

/** Row numbers at which a row group is cut: the first 0, the last its rows. */
async function cutsOf(
  file: ParquetFile,
  rowGroup: number,
  wanted: readonly WantedColumn[],
  signal: AbortSignal,
): Promise<number[]> {
  const group = file.footer.metadata.row_groups[rowGroup];
  const rows = Number(group?.num_rows ?? 0);
  const bytesOf = (leaf: number): number => Number(group?.columns[leaf]?.meta_data?.total_uncompressed_size ?? 0);
  const flat = wanted.flatMap((column) => (column.kind === 'flat' ? [column.leaf] : []));
  const nested = wanted.flatMap((column) => (column.kind === 'nested' ? leavesOf(column.node) : []));
  const flatBytes = flat.reduce((sum, leaf) => sum + bytesOf(leaf.index), 0);
  const nestedBytes = nested.reduce((sum, leaf) => sum + bytesOf(leaf), 0);
  if (nested.length > 0) return even(rows, Math.floor((flatBytes + nestedBytes) / NESTED_BYTES));
  if (flatBytes <= WHOLE_BYTES && rows <= WHOLE_ROWS) return [0, rows];
  const [heaviest] = flat.toSorted((a, b) => bytesOf(b.index) - bytesOf(a.index));
  if (heaviest === undefined) return [0, rows];
  const parts = Math.max(1, Math.round(flatBytes / FRAGMENT_BYTES), Math.round(rows / FRAGMENT_ROWS));
  return pageCuts(file, rowGroup, heaviest, rows, parts, signal);
}

function even(rows: number, parts: number): number[] {
  const count = Math.max(1, Math.min(parts, rows));
  return Array.from({ length: count + 1 }, (_, i) => Math.round((rows * i) / count));
}

/** The leaves at and below a node. */
export function leavesOf(node: SchemaNode): number[] {
  return node.leaf >= 0 ? [node.leaf] : node.children.flatMap(leavesOf);
}

async function pageCuts(
  file: ParquetFile,
  rowGroup: number,
  leaf: FlatLeaf,
  rows: number,
  parts: number,
  signal: AbortSignal,
): Promise<number[]> {
  const place = { file: file.source.name, column: leaf.name, rowGroup };
  checkChunk(file, rowGroup, leaf.index, leaf.name);
  const chunk = file.footer.metadata.row_groups[rowGroup]?.columns[leaf.index];
  try {
    if (chunk === undefined) throw new Error('it is missing');
    const pages = new ChunkPages(file.source, chunk, rows, file.footer.footerAt);
    const partRows = rows / parts;
    const cuts = [0];
    for (const { firstRow } of await pages.places(signal)) {
      const isTail = rows - firstRow < partRows / 3;
      if (firstRow - (cuts.at(-1) ?? 0) >= partRows - 1 && !isTail) cuts.push(firstRow);
    }
    return [...cuts, rows];
  } catch (error) {
    throw brokenParquet(place, error);
  }
}

/** The fragments of one file in order: row groups, large ones cut where pages begin. */
export async function fragmentsOfFile(
  file: ParquetFile,
  index: number,
  wanted: readonly WantedColumn[],
  signal: AbortSignal,
): Promise<Fragment[]> {
  const fragments: Fragment[] = [];
  for (let rowGroup = 0; rowGroup < file.footer.metadata.row_groups.length; rowGroup++) {
    const cuts = await cutsOf(file, rowGroup, wanted, signal);
    cuts.slice(1).forEach((toRow, i) => {
      const fromRow = cuts[i] ?? 0;
      if (toRow > fromRow)
        fragments.push({ file: index, rows: toRow - fromRow, part: { kind: 'rowGroup', rowGroup, fromRow, toRow } });
    });
  }
  return fragments;
}
