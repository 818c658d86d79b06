import { planJobFile } from '../../engine/planJobFile.ts';
import type { CommandContext } from '../commandContext.ts';
import { planJson } from '../print/planJson.ts';
import { planText } from '../print/planText.ts';
import { countText } from '../../protocol/numberTexts.ts';

export interface PlanFlags {
  readonly balance: number | null;
  readonly json: boolean;
}

/** `tranche plan JOB`: the exact cut, nothing written or sent. */
export async function plan(jobFile: string, flags: PlanFlags, context: CommandContext): Promise<number> {
  const { engine, signal, output, progress } = context;
  const onRows = (rows: number): void => progress.show([`Measuring ... ${countText(rows)} rows`]);
  const { plan: made } = await planJobFile(engine, jobFile, { balance: flags.balance, onRows }, signal);
  progress.end();
  if (flags.json) await output.json(planJson(made));
  else await output.text(`${planText(made)}\n`);
  return 0;
}
