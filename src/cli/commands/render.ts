import path from 'node:path';
import { openJob } from '../../core/pipeline/openJob.ts';
import { renderJob, type RenderManifest } from '../../core/pipeline/renderJob.ts';
import { loadJob } from '../../engine/loadJob.ts';
import { openRenderFolder } from '../../platform/renderFolder.ts';
import { openTempSpace } from '../../platform/tempSpace.ts';
import type { CommandContext } from '../commandContext.ts';
import { plain } from '../print/plain.ts';
import { bytesText, countText } from '../print/units.ts';

export interface RenderFlags {
  readonly out: string;
  readonly json: boolean;
}

function summary(manifest: RenderManifest, folder: string): string {
  const { chunks, totals } = manifest;
  const left = totals.notPlanned > 0 ? `; ${countText(totals.notPlanned)} rows have no request (see keys.parquet)` : '';
  return `${countText(totals.planned)} rows in ${countText(chunks.length)} chunk files, ${bytesText(totals.bytes)}${left}\n${plain(folder)}\n`;
}

/** `tranche render JOB --out DIR`: chunk files, keys.parquet, manifest.json; nothing is sent. */
export async function render(jobFile: string, flags: RenderFlags, context: CommandContext): Promise<number> {
  const { engine, signal, output, progress } = context;
  const { job, source } = await loadJob(jobFile);
  const opened = await openJob(job, source, engine.env, signal);
  for (const notice of opened.notices) progress.note(notice);
  const out = path.resolve(flags.out);
  const temp = openTempSpace();
  let rows = 0;
  let chunks = 0;
  const show = (): void => progress.show([`Rendering ... ${countText(rows)} rows, ${countText(chunks)} chunks`]);
  try {
    const folder = await openRenderFolder(out);
    const manifest = await renderJob(
      opened,
      {
        ...engine,
        temp,
        folder,
        onRows: (count) => {
          rows = count;
          show();
        },
        onChunk: () => {
          chunks++;
          show();
        },
      },
      signal,
    );
    progress.end();
    if (flags.json) await output.json({ ...manifest, folder: out });
    else await output.text(summary(manifest, out));
    return manifest.totals.notPlanned > 0 ? 3 : 0;
  } finally {
    await temp.close();
  }
}
