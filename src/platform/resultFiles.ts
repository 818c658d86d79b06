import { access, copyFile, mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { MANIFEST_FILE, type Occupant, type ResultFile, type ResultFolder } from '../core/collect/resultFolder.ts';
import { TrancheError } from '../core/errors.ts';
import { diskError, systemCode } from './diskError.ts';
import { syncFolder } from './syncFolder.ts';

/** Stands in for the manifest while files are moved in, and names the run that moves them. */
const MOVING = '.tranche-moving';
const MAX_MANIFEST_BYTES = 16_000_000;

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

/** The text of a small file, null where there is none. */
async function textOf(file: string): Promise<string | null> {
  try {
    if ((await stat(file)).size > MAX_MANIFEST_BYTES) return '';
    return await readFile(file, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
}

/** Copies a file to another file system: durable and whole under its name, or not there. */
async function copyDurably(from: string, to: string): Promise<void> {
  const part = path.join(path.dirname(to), `.${path.basename(to)}.part`);
  await copyFile(from, part);
  const handle = await open(part, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(part, to);
}

/** Renames, or copies where source and target lie on two file systems. */
async function move(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (systemCode(error) !== 'EXDEV') throw error;
    await copyDurably(from, to);
    await rm(from);
  }
}

async function createFile(file: string): Promise<ResultFile> {
  const handle = await open(file, 'w');
  let isOpen = true;
  const close = async (): Promise<void> => {
    if (!isOpen) return;
    isOpen = false;
    await handle.close();
  };
  return {
    write: async (bytes) => {
      for (let at = 0; at < bytes.length;) {
        at += (await handle.write(bytes, at, bytes.length - at)).bytesWritten;
      }
    },
    close: async () => {
      try {
        if (isOpen) await handle.sync();
      } finally {
        await close();
      }
    },
  };
}

function guarded(folder: string, file: ResultFile): ResultFile {
  const guard = async (work: Promise<void>): Promise<void> => {
    await work.catch((error: unknown) => {
      throw diskError(error, `the results in ${folder}`);
    });
  };
  return { write: (bytes) => guard(file.write(bytes)), close: () => guard(file.close()) };
}

/** What lies in a folder, as if nobody were moving files in. */
async function settledOccupant(folder: string, names: readonly string[]): Promise<Occupant> {
  const manifest = await textOf(path.join(folder, MANIFEST_FILE));
  if (manifest !== null) return { kind: 'results', manifest };
  for (const name of names) {
    if (await exists(path.join(folder, name))) return { kind: 'foreign', name };
  }
  return { kind: 'free' };
}

/** The run that moves files into a folder, or was stopped while it did; null where there is none. */
async function moverOf(folder: string): Promise<string | null> {
  return (await textOf(path.join(folder, MOVING)))?.trim() ?? null;
}

async function occupantOf(folder: string, names: readonly string[]): Promise<Occupant> {
  const found = await stat(folder).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return null;
    throw diskError(error, `the results in ${folder}`);
  });
  if (found === null) return { kind: 'free' };
  if (!found.isDirectory()) {
    throw new TrancheError('exists', `${folder} is a file, not a folder; name another folder in results.uri.`);
  }
  const runId = await moverOf(folder);
  return runId === null ? settledOccupant(folder, names) : { kind: 'unfinished', runId };
}

/** Keeps all others from moving files in, unless what lies there must stay. */
async function takeFolder(
  folder: string,
  runId: string,
  names: readonly string[],
  refuse: (occupant: Occupant) => void,
): Promise<void> {
  const moving = path.join(folder, MOVING);
  await mkdir(folder, { recursive: true });
  const isFirst = await writeFile(moving, `${runId}\n`, { flag: 'wx' }).then(
    () => true,
    (error: unknown) => {
      if (systemCode(error) === 'EEXIST') return false;
      throw error;
    },
  );
  const before = isFirst ? null : await moverOf(folder);
  if (!isFirst && before !== runId) {
    refuse({ kind: 'unfinished', runId: before ?? 'another' });
    await writeFile(moving, `${runId}\n`);
  }
  const occupant = await settledOccupant(folder, names);
  if (before === runId && occupant.kind === 'foreign') return; // this run's own, from when it was stopped
  try {
    refuse(occupant);
  } catch (error) {
    await rm(moving, { force: true });
    throw error;
  }
}

/** Throws `exists` if another run was told to replace these results meanwhile. */
async function checkTaken(folder: string, runId: string): Promise<void> {
  const mover = await moverOf(folder);
  if (mover === runId) return;
  throw new TrancheError(
    'exists',
    `Run ${mover ?? '(another)'} is replacing the results in ${folder}; wait for it, or name another results.uri.`,
  );
}

interface Publication {
  readonly aside: string;
  readonly folder: string;
  readonly runId: string;
  readonly created: ReadonlySet<string>;
  readonly names: readonly string[];
}

async function publishFiles(publication: Publication, refuse: (occupant: Occupant) => void): Promise<void> {
  const { aside, folder, runId, created, names } = publication;
  await takeFolder(folder, runId, names, refuse);
  await rm(path.join(folder, MANIFEST_FILE), { force: true });
  for (const name of names) {
    if (!created.has(name)) await rm(path.join(folder, name), { force: true });
  }
  for (const name of created) {
    if (name !== MANIFEST_FILE) await move(path.join(aside, name), path.join(folder, name));
  }
  await syncFolder(folder);
  await checkTaken(folder, runId);
  if (created.has(MANIFEST_FILE)) await move(path.join(aside, MANIFEST_FILE), path.join(folder, MANIFEST_FILE));
  await rm(path.join(folder, MOVING), { force: true });
  await syncFolder(folder);
  await rm(aside, { recursive: true, force: true });
}

/**
 * A results folder on the local disk. Files are written to `.<name>.partial-<runId>` beside it, made durable, and moved in by
 * `publish`; a run that was stopped begins its own partial folder anew. Failures of the disk are `disk` errors naming the folder.
 */
export function openResultFolder(folder: string, runId: string): ResultFolder {
  const parent = path.dirname(folder);
  const aside = path.join(parent, `.${path.basename(folder)}.partial-${runId}`);
  const created = new Map<string, ResultFile>();
  const closeAll = async (): Promise<void> => {
    for (const file of created.values()) await file.close();
  };
  return {
    path: folder,
    at: (name) => path.join(folder, name),
    occupant: (names) => occupantOf(folder, names),
    create: async (name) => {
      try {
        if (created.size === 0) await rm(aside, { recursive: true, force: true });
        await mkdir(aside, { recursive: true });
        const file = guarded(folder, await createFile(path.join(aside, name)));
        created.set(name, file);
        return file;
      } catch (error) {
        throw diskError(error, `the results in ${folder}`);
      }
    },
    publish: async (names, refuse) => {
      try {
        await closeAll();
        await publishFiles({ aside, folder, runId, created: new Set(created.keys()), names }, refuse);
        created.clear();
      } catch (error) {
        throw diskError(error, `the results in ${folder}`);
      }
    },
    discard: async () => {
      await closeAll().catch(() => undefined);
      created.clear();
      await rm(aside, { recursive: true, force: true }).catch((error: unknown) => {
        throw diskError(error, `the results in ${folder}`);
      });
    },
  };
}
