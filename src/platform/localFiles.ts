import type { Stats } from 'node:fs';
import { open, readdir, realpath, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { glob } from 'tinyglobby';
import { TrancheError, throwIfAborted } from '../core/errors.ts';
import type { ByteSource, FileStore, ListedFile } from '../core/ports.ts';

/** Sentences for the ways in which the file system says no. */
const CAUSES: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EACCES: 'may not be read by this user',
  EPERM: 'may not be read by this user',
  EISDIR: 'is a folder',
  ELOOP: 'is a link that leads nowhere',
  EMFILE: 'could not be opened: too many files are open',
};

function causeOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  return CAUSES[code] ?? `could not be read (${code || String(error)})`;
}

function fileError(uri: string, error: unknown): TrancheError {
  return new TrancheError('notFound', `${uri} ${causeOf(error)}.`, error);
}

function localSource(uri: string, handle: FileHandle, opened: Stats): ByteSource {
  const changed = (): TrancheError =>
    new TrancheError('changed', `${uri} changed while it was read; run the command again once nobody writes to it.`);
  return {
    name: uri,
    sizeBytes: opened.size,
    modifiedMs: opened.mtimeMs,
    read: async (offset, length, signal, into) => {
      throwIfAborted(signal);
      const bytes = into?.subarray(0, length) ?? new Uint8Array(length);
      let done = 0;
      while (done < length) {
        const { bytesRead } = await handle.read(bytes, done, length - done, offset + done);
        if (bytesRead === 0) throw changed();
        done += bytesRead;
      }
      return bytes;
    },
    verifyUnchanged: async () => {
      const now = await stat(uri).catch(() => null);
      if (!now || now.size !== opened.size || now.mtimeMs !== opened.mtimeMs) throw changed();
    },
    close: () => handle.close(),
  };
}

async function openLocal(uri: string): Promise<ByteSource> {
  try {
    const handle = await open(uri, 'r');
    const opened = await handle.stat();
    if (opened.isFile()) return localSource(uri, handle, opened);
    await handle.close();
  } catch (error) {
    throw fileError(uri, error);
  }
  throw new TrancheError('notFound', `${uri} is not a file.`);
}

const isHidden = (name: string): boolean => name.startsWith('_') || name.startsWith('.');

async function listed(uri: string, name: string): Promise<ListedFile | null> {
  const found = await stat(uri).catch((error: unknown) => {
    throw fileError(uri, error);
  });
  return found.isFile() ? { uri, name, sizeBytes: found.size, modifiedMs: found.mtimeMs } : null;
}

async function listFolder(root: string, signal: AbortSignal): Promise<{ files: ListedFile[]; passedOver: string[] }> {
  const files: ListedFile[] = [];
  const passedOver: string[] = [];
  /** `within` are the real paths of the folders around: a link back to one of them is a loop, and not followed. */
  const visit = async (folder: string, prefix: string, within: readonly string[]): Promise<void> => {
    throwIfAborted(signal);
    const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
      throw fileError(folder, error);
    });
    for (const entry of entries) {
      const name = prefix + entry.name;
      const uri = path.join(folder, entry.name);
      if (isHidden(entry.name)) {
        passedOver.push(name);
        continue;
      }
      const file = entry.isDirectory() ? null : await listed(uri, name);
      if (file) files.push(file);
      else if (entry.isDirectory() || entry.isSymbolicLink()) await descend(uri, `${name}/`, within);
    }
  };
  const descend = async (folder: string, prefix: string, within: readonly string[]): Promise<void> => {
    const real = await realpath(folder).catch((error: unknown) => {
      throw fileError(folder, error);
    });
    if (within.includes(real) || !(await stat(real)).isDirectory()) return;
    await visit(folder, prefix, [...within, real]);
  };
  await descend(root, '', []);
  return { files, passedOver };
}

/** Wildcards as `FileStore.glob` has them. */
const MAGIC = /[*?[\]{}]/;

async function isFolder(name: string): Promise<boolean> {
  return stat(name).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** The folder before the first wildcard, and the rest. A folder that is really called like a pattern (`proj[1]`) is that folder. */
async function splitPattern(pattern: string): Promise<{ root: string; rest: string }> {
  const parts = (path.sep === '\\' ? pattern.replaceAll('\\', '/') : pattern).split('/');
  let at = 0;
  while (at < parts.length - 1) {
    if (MAGIC.test(parts[at] ?? '') && !(await isFolder(parts.slice(0, at + 1).join('/')))) break;
    at++;
  }
  return { root: parts.slice(0, at).join('/') || '/', rest: parts.slice(at).join('/') };
}

/** Parentheses, bars and a first `!` are letters of a name here, not the pattern language they are elsewhere. */
function withoutExtras(pattern: string): string {
  return pattern.replaceAll(/(?<!\\)[()|]|^!/g, '\\$&');
}

async function globFiles(pattern: string, signal: AbortSignal): Promise<{ root: string; files: ListedFile[] }> {
  const { root, rest } = await splitPattern(pattern);
  if (!(await isFolder(root))) return { root, files: [] };
  const names = await glob(withoutExtras(rest), {
    cwd: root,
    onlyFiles: true,
    dot: false,
    signal,
    ignore: ['**/_*', '**/_*/**'],
  });
  throwIfAborted(signal);
  const files = await Promise.all(names.map((name) => listed(path.join(root, name), name)));
  return { root, files: files.filter((file) => file !== null) };
}

/** Files on this machine. URIs are absolute paths. */
export function localFiles(): FileStore {
  return {
    open: (uri) => openLocal(uri),
    stat: async (uri) => {
      const found = await stat(uri).catch((error: unknown) => {
        if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT') return null;
        throw fileError(uri, error);
      });
      if (!found) return { kind: 'missing' };
      if (found.isDirectory()) return { kind: 'folder' };
      const file = await listed(uri, path.basename(uri));
      return file ? { kind: 'file', file } : { kind: 'missing' };
    },
    list: listFolder,
    glob: globFiles,
  };
}
