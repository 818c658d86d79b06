import { randomUUID } from 'node:crypto';
import type { PreparedRun, ProviderChoice } from '../../protocol/engineProtocol.ts';
import type { AskPerson } from '../askPerson.ts';
import type { CallEngine } from '../client/engineClient.ts';
import { isGone, Sentence } from '../failures.ts';
import { jobName } from '../jobs/jobName.ts';
import { resumeRun } from './resumeRun.ts';
import { ANSWERS, needsConfirmation, providerItems, startQuestion, unfinishedQuestion } from './runTexts.ts';

export interface StartRunDeps {
  readonly call: CallEngine;
  readonly ask: AskPerson;
  /** Asks for a provider's key; false if the person left. */
  readonly askKey: (provider: string) => Promise<boolean>;
  /** Shows that something is under way, with a way to cancel it. */
  readonly withProgress: <T>(title: string, work: (signal: AbortSignal) => Promise<T>) => Promise<T>;
}

export interface RunWish {
  readonly jobPath: string;
  readonly shownPlanHash: string | null;
  readonly rehearse: boolean;
  readonly say: (doing: string | null) => void;
}

/** The run that goes on from here, or null where a person chose otherwise. */
export type StartedRun = { readonly runId: string } | null;

async function chooseProvider(
  { call, ask, askKey }: StartRunDeps,
  { jobPath, rehearse }: RunWish,
): Promise<ProviderChoice | null> {
  const choices = await call('providers/list', {});
  if (rehearse) return choices.find(({ rehearsal }) => rehearsal) ?? null;
  const id = await ask.pick(`Run ${jobName(jobPath)} With Which Provider?`, providerItems(choices));
  const chosen = choices.find(({ name }) => name === id);
  if (chosen === undefined) return null;
  if (chosen.key === 'missing') return (await askKey(chosen.name)) ? chosen : null;
  if (chosen.problem !== null) throw new Sentence('usage', chosen.problem);
  return chosen;
}

async function begin({ call }: StartRunDeps, prepared: PreparedRun, another: boolean): Promise<StartedRun> {
  try {
    return await call('run/begin', {
      preparedId: prepared.preparedId,
      acceptedCostUsd: prepared.greatestCostUsd ?? 'unknown',
      replaceResults: prepared.resultsExist,
      another,
    });
  } catch (error) {
    if (!isGone(error)) throw error;
    throw new Sentence(
      'internal',
      'The Tranche engine stopped while the run began. If it had begun, it is in Runs and goes on.',
    );
  }
}

/** Asks what has to be asked of a prepared run, then begins it or goes on with the one before. */
async function decide(deps: StartRunDeps, wish: RunWish, prepared: PreparedRun): Promise<StartedRun> {
  const { call, ask } = deps;
  const name = jobName(wish.jobPath);
  const { unfinishedRunId } = prepared;
  if (unfinishedRunId !== null) {
    const { message, detail, actions } = unfinishedQuestion(name, prepared);
    const answer = await ask.confirm(message, detail, actions);
    if (answer === undefined) return null;
    if (answer === ANSWERS.goOn) {
      return (await resumeRun(call, ask, unfinishedRunId)) ? { runId: unfinishedRunId } : null;
    }
  }
  if (needsConfirmation(prepared, wish.rehearse)) {
    const { message, detail, actions } = startQuestion(name, prepared);
    if ((await ask.confirm(message, detail, actions)) === undefined) return null;
  }
  return begin(deps, prepared, unfinishedRunId !== null);
}

/** From a job to a run: provider, plan, a person's yes to the greatest cost, and only then anything is sent. */
export async function startRun(deps: StartRunDeps, wish: RunWish): Promise<StartedRun> {
  const provider = await chooseProvider(deps, wish);
  if (provider === null) return null;
  const title = `Planning the ${provider.rehearsal ? 'rehearsal' : 'run'} of ${jobName(wish.jobPath)}`;
  wish.say(`${title}…`);
  try {
    const prepared = await deps.withProgress(title, (signal) =>
      deps.call(
        'run/prepare',
        { id: randomUUID(), jobPath: wish.jobPath, provider: provider.name, shownPlanHash: wish.shownPlanHash },
        signal,
      ),
    );
    const started = await decide(deps, wish, prepared).catch(async (error: unknown) => {
      await discard(deps, prepared);
      throw error;
    });
    if (started === null || started.runId === prepared.unfinishedRunId) await discard(deps, prepared);
    return started;
  } finally {
    wish.say(null);
  }
}

async function discard({ call }: StartRunDeps, { preparedId }: PreparedRun): Promise<void> {
  await call('run/discard', { preparedId }).catch(() => undefined); // an engine that is gone holds nothing any more
}
