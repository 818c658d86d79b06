import { existsSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { TrancheError } from '../core/errors.ts';
import type { RenderFolder } from '../core/pipeline/renderJob.ts';
import { keptChunkFiles } from './chunkFiles.ts';
import { openPartFile } from './partFile.ts';

const MANIFEST = 'manifest.json';
const OURS = /^(chunk-\d{4,}\.jsonl|keys\.parquet)(\.part)?$/;

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw new TrancheError(
      'disk',
      `The folder ${folder} cannot be made: choose one that this user may write to.`,
      error,
    );
  }
}

/**
 * Opens a folder for rendered chunks. One that holds a manifest is whole and refused (`exists`); what an interrupted rendering left is replaced,
 * files that are not of a rendering are refused too, so that nothing foreign is read as a chunk.
 */
export async function openRenderFolder(folder: string): Promise<RenderFolder> {
  await makeFolder(folder);
  if (existsSync(path.join(folder, MANIFEST))) {
    throw new TrancheError(
      'exists',
      `${folder} already holds rendered chunks; name another folder with --out, or remove that one.`,
    );
  }
  const names = await readdir(folder);
  const foreign = names.find((name) => !OURS.test(name));
  if (foreign !== undefined) {
    throw new TrancheError('exists', `${folder} is not empty (it holds ${foreign}); name a new folder with --out.`);
  }
  await Promise.all(names.map((name) => rm(path.join(folder, name))));
  return {
    openSink: keptChunkFiles(folder),
    keys: await openPartFile(path.join(folder, 'keys.parquet')),
    writeManifest: async (text) => {
      const file = await openPartFile(path.join(folder, MANIFEST));
      await file.write(new TextEncoder().encode(text));
      await file.commit();
    },
  };
}
