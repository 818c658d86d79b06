import path from 'node:path';
import type { RenderManifest } from '../../core/pipeline/renderJob.ts';
import { renderJobFile } from '../../engine/renderJobFile.ts';
import type { CommandContext } from '../commandContext.ts';
import { plain } from '../print/plain.ts';
import { bytesText, countText } from '../../protocol/numberTexts.ts';

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
  const out = path.resolve(flags.out);
  const onProgress = (rows: number, chunks: number): void =>
    progress.show([`Rendering ... ${countText(rows)} rows, ${countText(chunks)} chunks`]);
  const manifest = await renderJobFile(engine, jobFile, { folder: out, onNotice: progress.note, onProgress }, signal);
  progress.end();
  if (flags.json) await output.json({ ...manifest, folder: out });
  else await output.text(summary(manifest, out));
  return manifest.totals.notPlanned > 0 ? 3 : 0;
}
