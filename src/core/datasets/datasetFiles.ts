import { TrancheError } from '../errors.ts';
import type { FileStore, ListedFile } from '../ports.ts';

/** The files behind a URI, sorted by name in byte order; `many` when it is a folder or a glob. */
export interface FoundFiles {
  readonly files: readonly ListedFile[];
  readonly many: boolean;
}

/** Finds a dataset's files: a file, a folder or a glob. Objects and tables that hold more than files are refused by name. */
export async function datasetFiles(uri: string, store: FileStore, signal: AbortSignal): Promise<FoundFiles> {
  const found = await store.stat(uri, signal);
  if (found.kind === 'file') return { files: [found.file], many: false };
  if (found.kind === 'missing') refuseScheme(uri);
  const files = found.kind === 'folder' ? await folderFiles(uri, store, signal) : await globFiles(uri, store, signal);
  return { files: sortedByName(files), many: true };
}

/** A scheme at the start, or where resolving the URI against a folder left it (`/home/me/s3:/bucket`). */
const SCHEME = /^(?:.*\/)?([a-z][a-z0-9+.-]+):\/+(.*)$/i;

function refuseScheme(uri: string): void {
  const [, scheme, rest = ''] = SCHEME.exec(uri) ?? [];
  if (scheme === undefined) return;
  // A password and a signature never get into a sentence.
  const shown = `${scheme}://${rest.replace(/[?#].*$/, '').replace(/^[^/@]*:[^/@]*@/, '')}`;
  if (scheme.toLowerCase() === 'file') throw new TrancheError('usage', `Write ${shown} as a plain path.`);
  throw new TrancheError(
    'notSupported',
    `${shown} is not a local file: ${scheme}:// is not read yet; copy the files here first.`,
  );
}

async function folderFiles(uri: string, store: FileStore, signal: AbortSignal): Promise<ListedFile[]> {
  const { files, passedOver } = await store.list(uri, signal);
  refuseTables(uri, files, passedOver);
  if (files.length > 0) return files;
  throw new TrancheError(
    'notFound',
    `The folder ${uri} holds no data files (names beginning with _ or . are passed over).`,
  );
}

async function globFiles(uri: string, store: FileStore, signal: AbortSignal): Promise<ListedFile[]> {
  if (!/[*?[\]{}]/.test(uri)) throw new TrancheError('notFound', `${uri} does not exist.`);
  const { root, files } = await store.glob(uri, signal);
  if (files.length === 0) throw new TrancheError('notFound', `No file matches ${uri}.`);
  // Partition folders (key=value) before the first wildcard are part of the names, so that they say their values and tell plans apart.
  const [, above = root, folders = ''] = PARTITIONS.exec(root) ?? [];
  await refuseTableAround(root, store, signal);
  if (folders !== '') await refuseTableAround(above, store, signal);
  return folders === '' ? files : files.map((file) => ({ ...file, name: `${folders}/${file.name}` }));
}

/** A folder, and the partition folders at its end. */
const PARTITIONS = /^(?:(.*?)[/\\])?((?:[^/\\=]+=[^/\\]*[/\\])*[^/\\=]+=[^/\\]*)[/\\]?$/;

/** A glob into a table's folder would read deleted rows just as the folder would. */
async function refuseTableAround(root: string, store: FileStore, signal: AbortSignal): Promise<void> {
  const log = await store.stat(`${root}/_delta_log`, signal);
  if (log.kind === 'folder') throw deltaTable(root);
}

function refuseTables(uri: string, files: readonly ListedFile[], passedOver: readonly string[]): void {
  if (passedOver.some((name) => /(?:^|\/)_delta_log$/.test(name))) throw deltaTable(uri);
  if (files.some(({ name }) => /(?:^|\/)metadata\/[^/]*\.metadata\.json$/.test(name))) {
    throw new TrancheError(
      'notSupported',
      `${uri} is an Iceberg table, which is not read yet: its files also hold deleted rows, so export the table to Parquet first.`,
    );
  }
}

function deltaTable(uri: string): TrancheError {
  return new TrancheError(
    'notSupported',
    `${uri} is a Delta table, which is not read yet: its files also hold deleted rows, so export the table to Parquet first.`,
  );
}

function sortedByName(files: readonly ListedFile[]): ListedFile[] {
  const encoder = new TextEncoder();
  return files
    .map((file) => ({ file, key: encoder.encode(file.name) }))
    .sort((a, b) => compareBytes(a.key, b.key))
    .map(({ file }) => file);
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let k = 0; k < length; k++) {
    const difference = (a[k] ?? 0) - (b[k] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
