import { profileDataset } from '../../core/pipeline/profileDataset.ts';
import type { ProfileSnapshot } from '../../core/pipeline/profiling.ts';
import { loadJob } from '../../engine/loadJob.ts';
import { priceListOf } from '../../engine/priceListOf.ts';
import { profileDeps } from '../../engine/profileDeps.ts';
import type { CommandContext } from '../commandContext.ts';
import { datasetUri } from '../../engine/datasetUri.ts';
import { footprintJson } from '../print/footprintJson.ts';
import { footprintSummary, footprintText } from '../print/footprintText.ts';
import { bytesText, countText } from '../../protocol/numberTexts.ts';

export interface ProfileFlags {
  readonly job?: string;
  readonly exact: boolean;
  readonly json: boolean;
}

/** Texts are wrapped to this where there is no terminal. */
const WIDTH = 100;

function progressText({ doing }: ProfileSnapshot): string {
  if (doing === null) return '';
  if (doing.done === 0) return doing.what === 'columns' ? 'Reading ...' : 'Measuring lines ...';
  const { what, done, total } = doing;
  const unit = what === 'columns' ? bytesText : countText;
  const of = total === null ? '' : ` of ${unit(total)}`;
  const rows = what === 'lines' ? ' rows' : '';
  return `${what === 'columns' ? 'Reading' : 'Measuring lines'} ... ${unit(done)}${of}${rows}`;
}

/** `tranche profile URI`: what the dataset weighs, each figure with how it is known. */
export async function profile(uri: string, flags: ProfileFlags, context: CommandContext): Promise<number> {
  const { engine, signal, output, progress } = context;
  const job = flags.job === undefined ? null : await loadJob(flags.job);
  const request = { uri: datasetUri(uri), format: null, job, exact: flags.exact };
  const provider = job?.job.provider ?? null;
  const deps = profileDeps(engine, provider);
  const { warnings } = priceListOf(engine.config, provider);
  for await (const snapshot of profileDataset(request, deps, signal)) {
    const { footprint, doing } = snapshot;
    if (doing !== null) {
      const text = progressText(snapshot);
      progress.show(process.stderr.isTTY ? [...footprintSummary(footprint).split('\n'), '', text] : [text]);
      continue;
    }
    progress.end();
    const whole = { ...footprint, warnings: [...footprint.warnings, ...warnings] };
    if (flags.json) await output.json(footprintJson(whole));
    else await output.text(`${footprintText(whole, process.stdout.columns || WIDTH)}\n`);
  }
  return 0;
}
