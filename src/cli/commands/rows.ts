import { openDataset } from '../../core/datasets/openDataset.ts';
import { withLaterKeys } from '../../core/datasets/withLaterKeys.ts';
import { datasetRows } from '../../core/pipeline/datasetRows.ts';
import { unknownNames } from '../../core/pipeline/unknownNames.ts';
import { columnReference } from '../../core/render/placeholders.ts';
import type { CommandContext } from '../commandContext.ts';
import { datasetUri } from '../../engine/datasetUri.ts';
import { splitNames } from '../splitNames.ts';

export interface RowsFlags {
  readonly columns?: string;
  readonly limit?: number;
}

/** `tranche rows URI`: one JSON object a row, in dataset order. A reader that goes away (`| head`) ends it quietly. */
export async function rows(uri: string, flags: RowsFlags, context: CommandContext): Promise<number> {
  const { engine, signal, output, progress } = context;
  const opened = await openDataset(datasetUri(uri), { format: null }, engine.env, signal);
  for (const notice of opened.notices) progress.note(notice);
  const columns = flags.columns === undefined ? null : splitNames(flags.columns);
  const references = (columns ?? []).flatMap((name) => columnReference(name) ?? []);
  const wishes = unknownNames(references, opened.dataset.columns);
  const { dataset } = await withLaterKeys(opened, wishes, engine.env, signal);
  const request = { columns, limit: flags.limit ?? null };
  for await (const bytes of datasetRows(dataset, request, engine.env, signal)) {
    if (!(await output.bytes(bytes))) break;
  }
  return 0;
}
