import path from 'node:path';
import { openJob } from '../core/pipeline/openJob.ts';
import { renderJob, type RenderManifest } from '../core/pipeline/renderJob.ts';
import { openRenderFolder } from '../platform/renderFolder.ts';
import { openTempSpace } from '../platform/tempSpace.ts';
import { loadJob } from './loadJob.ts';
import type { Engine } from './openEngine.ts';

export interface RenderFileOptions {
  /** New or empty; a relative one starts at the working folder. */
  readonly folder: string;
  readonly onNotice: (notice: string) => void;
  readonly onProgress: (rows: number, chunks: number) => void;
}

/** Renders a job file into a folder: chunk files, keys, and the manifest last; nothing is sent. */
export async function renderJobFile(
  engine: Engine,
  jobFile: string,
  { folder, onNotice, onProgress }: RenderFileOptions,
  signal: AbortSignal,
): Promise<RenderManifest> {
  const { job, source } = await loadJob(jobFile);
  const opened = await openJob(job, source, engine.env, signal);
  opened.notices.forEach(onNotice);
  const temp = openTempSpace();
  let rows = 0;
  let chunks = 0;
  const tell = (): void => onProgress(rows, chunks);
  const deps = {
    ...engine,
    temp,
    onRows: (count: number) => {
      rows = count;
      tell();
    },
    onChunk: () => {
      chunks++;
      tell();
    },
  };
  try {
    return await renderJob(opened, { ...deps, folder: await openRenderFolder(path.resolve(folder)) }, signal);
  } finally {
    await temp.close();
  }
}
