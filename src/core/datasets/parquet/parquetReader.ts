import type { FileMetaData } from 'hyparquet';
import type { FormatReader } from '../formatReader.ts';
import type { ColumnFacts, FileDescription } from '../../model/fileDescription.ts';
import { TrancheError } from '../../errors.ts';
import { brokenParquet } from './brokenParquet.ts';
import { describedColumn } from './nodeType.ts';
import { describedFile, openParquetFile, wantedColumns } from './parquetFile.ts';
import { fragmentsOfFile, leavesOf } from './parquetFragments.ts';
import { ParquetFragmentReader } from './parquetFragmentReader.ts';
import type { ParquetFooter } from './parquetFooter.ts';
import type { SchemaNode } from './schemaTree.ts';

type ChunkMeta = NonNullable<FileMetaData['row_groups'][number]['columns'][number]['meta_data']>;

/** The sum over all chunks, null if one does not say. */
function total(chunks: readonly (ChunkMeta | undefined)[], of: (meta: ChunkMeta) => bigint | undefined): number | null {
  let sum = 0;
  for (const meta of chunks) {
    const value = meta === undefined ? undefined : of(meta);
    if (typeof value !== 'bigint' || value < 0n) return null;
    sum += Number(value);
  }
  return sum;
}

function columnFacts(metadata: FileMetaData, node: SchemaNode): ColumnFacts {
  const leaves = leavesOf(node);
  const chunks = metadata.row_groups.flatMap(({ columns }) => leaves.map((leaf) => columns[leaf]?.meta_data));
  const isFlat = leaves.length === 1 && node.maxRepetition === 0 && node.leaf >= 0;
  return {
    diskBytes: total(chunks, (meta) => meta.total_compressed_size),
    encodedBytes: total(chunks, (meta) => meta.total_uncompressed_size),
    nulls: isFlat ? nullsOf(chunks, node) : null,
    textBytes: isFlat ? total(chunks, (meta) => meta.size_statistics?.unencoded_byte_array_data_bytes) : null,
    dictionary: chunks.some((meta) =>
      (meta?.encodings ?? []).some((encoding) => String(encoding).endsWith('_DICTIONARY')),
    ),
  };
}

function nullsOf(chunks: readonly (ChunkMeta | undefined)[], node: SchemaNode): number | null {
  return node.maxDefinition === 0 ? 0 : total(chunks, (meta) => meta.statistics?.null_count);
}

function refuseTwins(root: SchemaNode, file: string): void {
  const seen = new Set<string>();
  for (const { element } of root.children) {
    if (seen.has(element.name))
      throw new TrancheError(
        'badData',
        `${file} has two columns named "${element.name}", which no name tells apart; rename one of them.`,
      );
    seen.add(element.name);
  }
}

function described({ metadata, footerAt, fileEnd }: ParquetFooter, root: SchemaNode): FileDescription {
  return {
    columns: root.children.map(describedColumn),
    rows: Number(metadata.num_rows),
    columnFacts: new Map(root.children.map((node) => [node.element.name, columnFacts(metadata, node)])),
    identity: { from: footerAt, to: fileEnd },
  };
}

/** Parquet: flat columns page by page, nested ones through `parquet-wasm`. */
export const parquetReader: FormatReader = {
  describe: async (source, _file, _env, signal) => {
    const { footer, root } = await describedFile(source, signal);
    try {
      refuseTwins(root, source.name);
      return described(footer, root);
    } catch (error) {
      throw brokenParquet({ file: source.name }, error);
    }
  },
  fragments: async (dataset, index, columns, env, signal) => {
    const described = dataset.files[index];
    if (described === undefined) throw new TrancheError('internal', `The dataset has no file ${index}.`);
    const file = await openParquetFile(described, env, signal);
    try {
      const wanted = wantedColumns(dataset, described, file.root, columns);
      return await fragmentsOfFile(file, index, wanted, signal);
    } finally {
      await file.source.close();
    }
  },
  open: (dataset, columns, kernel, env) => new ParquetFragmentReader(dataset, columns, kernel, env),
};
