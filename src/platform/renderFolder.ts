import { existsSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { TrancheError } from '../core/errors.ts';
import type { RenderFolder } from '../core/pipeline/renderJob.ts';
import { keptChunkFiles } from './chunkFiles.ts';
import { diskError } from './diskError.ts';
import { openPartFile, writeWhole } from './partFile.ts';

const MANIFEST = 'manifest.json';
/** Written first and removed last: what lies beside it is a rendering that did not end. */
const MARKER = '.tranche-rendering';
const LEFTOVER = /^(chunk-\d{4,}\.jsonl|keys\.parquet|manifest\.json|\.tranche-rendering)(\.part)?$/;

/** Removes what an interrupted rendering left; a folder that holds anything else is refused. */
async function clear(folder: string): Promise<void> {
  const names = await readdir(folder);
  const isOurs = names.includes(MARKER);
  const foreign = names.find((name) => name !== `${MARKER}.part` && (!isOurs || !LEFTOVER.test(name)));
  if (foreign !== undefined) {
    throw new TrancheError('exists', `${folder} is not empty (it holds ${foreign}); name a new folder.`);
  }
  await Promise.all(names.filter((name) => name !== MARKER).map((name) => rm(path.join(folder, name))));
}

/**
 * Opens a folder for rendered chunks. One that holds a manifest is whole and refused (`exists`); what an interrupted rendering left is replaced,
 * any other file is refused too: it is somebody's, and would be read as a chunk.
 */
export async function openRenderFolder(folder: string): Promise<RenderFolder> {
  const inFolder = (name: string): string => path.join(folder, name);
  try {
    await mkdir(folder, { recursive: true });
    if (existsSync(inFolder(MANIFEST))) {
      throw new TrancheError(
        'exists',
        `${folder} already holds rendered chunks; name another folder, or remove that one.`,
      );
    }
    await clear(folder);
  } catch (error) {
    throw diskError(error, folder);
  }
  await writeWhole(inFolder(MARKER), 'Tranche renders into this folder; without a manifest.json it is not whole.\n');
  return {
    openSink: keptChunkFiles(folder),
    keys: await openPartFile(inFolder('keys.parquet')),
    writeManifest: async (text) => {
      await writeWhole(inFolder(MANIFEST), text);
      await rm(inFolder(MARKER), { force: true });
    },
  };
}
