import path from 'node:path';
import { isTrancheError, TrancheError } from '../core/errors.ts';
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

/** What stays of a rendering that was stopped, for people. */
function stopped(chunks: number, folder: string): TrancheError {
  const left =
    chunks === 0
      ? 'no chunk file was whole by then'
      : chunks === 1
        ? '1 whole chunk file stays'
        : `${chunks} whole chunk files stay`;
  const why = 'There is no manifest.json, since they are not all; rendering into the same folder begins anew.';
  return new TrancheError('cancelled', `Stopped: ${left} in ${folder}. ${why}`);
}

/** Renders a job file into a folder: chunk files, keys, and the manifest last; nothing is sent. Stopped, it says what stays. */
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
  const place = path.resolve(folder);
  try {
    return await renderJob(opened, { ...deps, folder: await openRenderFolder(place) }, signal);
  } catch (error) {
    throw isTrancheError(error, 'cancelled') ? stopped(chunks, place) : error;
  } finally {
    await temp.close();
  }
}
