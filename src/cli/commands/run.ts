import { TrancheError } from '../../core/errors.ts';
import { beginRun, planRun, type PlannedRun } from '../../engine/runs/beginRun.ts';
import { checkFaults } from '../../engine/runs/checkFaults.ts';
import { runProvider } from '../../engine/runs/openService.ts';
import { checkPlannedCost } from '../../engine/runs/spendingCap.ts';
import { unfinishedRun } from '../../engine/runs/storedRuns.ts';
import type { RunState } from '../../core/runs/runState.ts';
import { loadJob } from '../../engine/loadJob.ts';
import { providerNamed, type ProviderConfig } from '../../platform/machineConfig.ts';
import { ask, canAsk } from '../ask.ts';
import type { CommandContext } from '../commandContext.ts';
import { planText } from '../print/planText.ts';
import { countText, usdText } from '../../protocol/numberTexts.ts';
import { driveAndReport } from './driveAndReport.ts';
import { resume } from './resume.ts';

export interface RunFlags {
  readonly provider?: string;
  readonly yes: boolean;
  readonly acceptUnknownCost: boolean;
  readonly new: boolean;
  readonly replace: boolean;
  readonly json: boolean;
  readonly fault: readonly string[];
}

async function chooseProvider(named: string | null, context: CommandContext): Promise<ProviderConfig> {
  const { config } = context.engine;
  if (named !== null) return providerNamed(config, named);
  const names = Object.keys(config.providers).join(', ');
  if (!canAsk()) {
    throw new TrancheError('usage', `No provider is named: add --provider (${names}), or "provider" to the job.`);
  }
  return providerNamed(config, await ask(`Which provider? (${names}) `, context.signal));
}

/** Throws unless the run is free, or its greatest cost was accepted and lies within every cap. */
async function settleCost(planned: PlannedRun, flags: RunFlags, context: CommandContext): Promise<void> {
  const { greatestUsd } = checkPlannedCost(context.engine, planned);
  if (greatestUsd === 0) return;
  const unknown = greatestUsd === null;
  if (unknown ? flags.acceptUnknownCost : flags.yes) return;
  const flag = unknown ? '--accept-unknown-cost' : '--yes';
  const what = unknown ? 'The cost of this run is unknown.' : `This run may cost up to ${usdText(greatestUsd)}.`;
  if (!canAsk()) throw new TrancheError('usage', `${what} Accept it with ${flag}.`);
  const answer = await ask(`${what} Plan ${planned.plan.planHash.slice(0, 12)}. Send it? (yes/no) `, context.signal);
  if (!/^y(es)?$/i.test(answer)) throw new TrancheError('usage', 'Nothing was sent.');
}

/** The unfinished run of the plan, where one is to be gone on with. */
async function runBefore(
  { plan, provider }: PlannedRun,
  flags: RunFlags,
  { engine }: CommandContext,
): Promise<RunState | null> {
  if (flags.new) return null;
  return unfinishedRun(engine.stateFolder, plan.planHash, runProvider(provider, engine.environment));
}

/** Goes on with an unfinished run: its exit code. */
async function goOn({ created }: RunState, flags: RunFlags, context: CommandContext): Promise<number> {
  const { progress } = context;
  const { runId, resultsUri } = created;
  progress.note(
    `Run ${runId} of this plan is unfinished: going on with it, its results go to ${resultsUri} (--new starts another).`,
  );
  return resume(runId, { json: flags.json, fault: flags.fault, replace: flags.replace, cancel: false }, context);
}

/** `tranche run JOB`: plans, asks where money is at stake, sends, waits, joins. An unfinished run of the same plan goes on instead. */
export async function run(jobFile: string, flags: RunFlags, context: CommandContext): Promise<number> {
  const { engine, signal, progress } = context;
  const loaded = await loadJob(jobFile);
  const provider = await chooseProvider(flags.provider ?? loaded.job.provider, context);
  await checkFaults(flags.fault, provider.kind === 'rehearsal');
  engine.apiKey(provider);
  const onRows = (rows: number): void => progress.show([`Measuring ... ${countText(rows)} rows`]);
  const planned = await planRun(engine, loaded, provider, onRows, signal);
  progress.end();
  try {
    const before = await runBefore(planned, flags, context);
    if (before) return await goOn(before, flags, context);
    if (!flags.json) progress.note(`${planText(planned.plan)}\n`);
    await settleCost(planned, flags, context);
    const begun = await beginRun(engine, planned, { replace: flags.replace, another: flags.new }, signal);
    if ('unfinished' in begun) return await goOn(begun.unfinished, flags, context);
    if (!flags.json) progress.note(`Run ${begun.document.runId}`);
    return await driveAndReport(context, begun, { json: flags.json, faults: flags.fault, cancel: false });
  } finally {
    await planned.discard();
  }
}
