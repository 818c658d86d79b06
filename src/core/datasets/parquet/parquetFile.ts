import type { ColumnPath, ColumnType } from '../../model/columnType.ts';
import type { Dataset, DatasetFile } from '../../model/dataset.ts';
import { TrancheError, isTrancheError } from '../../errors.ts';
import type { ByteSource } from '../../ports.ts';
import type { ReadEnv } from '../formatReader.ts';
import { openFile } from '../openFile.ts';
import { brokenParquet } from './brokenParquet.ts';
import type { FlatLeaf } from './flatLeaf.ts';
import { flatLeaf } from './flatLeaf.ts';
import { nodeType } from './nodeType.ts';
import type { ParquetFooter } from './parquetFooter.ts';
import { readFooter } from './parquetFooter.ts';
import type { SchemaNode } from './schemaTree.ts';
import { nodeAt, schemaTree } from './schemaTree.ts';

/** An open Parquet file with its footer. */
export interface ParquetFile {
  readonly source: ByteSource;
  readonly footer: ParquetFooter;
  readonly root: SchemaNode;
}

/** Where the values of a wanted column come from in one file. */
export type WantedColumn =
  | { readonly kind: 'flat'; readonly leaf: FlatLeaf }
  | { readonly kind: 'nested'; readonly node: SchemaNode; readonly name: string }
  | { readonly kind: 'constant'; readonly text: Uint8Array | null };

/** Reads the footer of an open file. Errors name the file. */
export async function describedFile(source: ByteSource, signal: AbortSignal): Promise<ParquetFile> {
  const footer = await readFooter(source, signal);
  try {
    return { source, footer, root: schemaTree(footer.metadata.schema) };
  } catch (error) {
    throw brokenParquet({ file: source.name }, error);
  }
}

/** Opens a file of a dataset; a file that changed since the dataset was opened is a `changed` error. */
export async function openParquetFile(file: DatasetFile, env: ReadEnv, signal: AbortSignal): Promise<ParquetFile> {
  const source = await openFile(env.files, file, signal);
  try {
    return await describedFile(source, signal);
  } catch (error) {
    await source.close();
    throw error;
  }
}

/** Where each wanted column lies in this file; types that are not known are refused here, by name. */
export function wantedColumns(
  dataset: Dataset,
  file: DatasetFile,
  root: SchemaNode,
  columns: readonly ColumnPath[],
): WantedColumn[] {
  return columns.map((path) => {
    const node = nodeAt(root, path);
    const [first = ''] = path;
    if (path.length === 1 && dataset.partitionColumns.includes(first)) return partitionConstant(file, first);
    if (node === undefined) return { kind: 'constant', text: null };
    try {
      if (node.leaf >= 0 && node.maxRepetition === 0) return { kind: 'flat', leaf: flatLeaf(node) };
      if (holdsInterval(nodeType(node))) throw new Error('an interval inside of it is not known');
      if (holdsInt96(node))
        throw new TrancheError(
          'notSupported',
          `${file.name}: column "${path.join('.')}" holds timestamps stored as INT96, which are not read inside lists and structs; leave it out, or write it as a TIMESTAMP.`,
        );
      return { kind: 'nested', node, name: path.join('.') };
    } catch (error) {
      if (isTrancheError(error)) throw error;
      throw unknownType(file, path, error);
    }
  });
}

/** parquet-wasm would wrap years that its nanoseconds cannot hold. */
function holdsInt96(node: SchemaNode): boolean {
  return node.element.type === 'INT96' || node.children.some(holdsInt96);
}

/** parquet-wasm would leave an interval's months out. */
function holdsInterval(type: ColumnType): boolean {
  if (type.kind === 'list') return holdsInterval(type.item);
  if (type.kind === 'struct') return type.fields.some((field) => holdsInterval(field.type));
  if (type.kind === 'map') return holdsInterval(type.key) || holdsInterval(type.value);
  return type.kind === 'interval';
}

function partitionConstant(file: DatasetFile, name: string): WantedColumn {
  const value = file.partition[name] ?? null;
  return { kind: 'constant', text: value === null ? null : new TextEncoder().encode(value) };
}

function unknownType(file: DatasetFile, path: ColumnPath, error: unknown): TrancheError {
  const why = error instanceof Error ? error.message : 'its type is not known';
  return new TrancheError(
    'notSupported',
    `${file.name}: column "${path.join('.')}" cannot be read (${why}); leave it out or write it as text.`,
    error,
  );
}

/** Refuses a leaf whose bytes are encrypted or lie in another file. */
export function checkChunk(file: ParquetFile, rowGroup: number, leaf: number, name: string): void {
  const chunk = file.footer.metadata.row_groups[rowGroup]?.columns[leaf];
  const place = { file: file.source.name, column: name, rowGroup };
  if (chunk === undefined) throw brokenParquet(place, new Error('it is missing'));
  if (chunk.crypto_metadata !== undefined || chunk.encrypted_column_metadata !== undefined)
    throw new TrancheError(
      'notSupported',
      `${place.file}: column "${name}" is encrypted, which is not read; decrypt the file first or leave the column out.`,
    );
  if (chunk.file_path !== undefined && chunk.file_path !== '')
    throw new TrancheError('notSupported', `${place.file}: column "${name}" lies in another file, which is not read.`);
}
