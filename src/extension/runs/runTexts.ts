import type { PreparedRun, ProviderChoice } from '../../protocol/engineProtocol.ts';
import type { PickItem } from '../askPerson.ts';
import { countOf, countText, usdText } from '../../protocol/numberTexts.ts';

const SHOWN_HASH = 12;

function keyText({ key, problem }: ProviderChoice): string {
  if (problem !== null) return problem;
  switch (key) {
    case 'notNeeded':
      return 'Needs no key';
    case 'editor':
      return "Uses the key kept in the editor's secret storage";
    case 'environment':
      return 'Uses the key of the environment';
    case 'missing':
      return 'No API key yet; you will be asked for it';
  }
}

/** The rehearsal first: it needs nothing and costs nothing. */
export function providerItems(choices: readonly ProviderChoice[]): readonly PickItem[] {
  const sorted = [...choices].sort((a, b) => Number(b.rehearsal) - Number(a.rehearsal));
  return sorted.map((choice) => ({
    id: choice.name,
    label: choice.rehearsal ? `$(beaker) ${choice.name}` : `$(cloud) ${choice.name}`,
    description: choice.rehearsal ? 'no key, no cost' : (choice.host ?? ''),
    detail: choice.rehearsal ? 'Runs here, from end to end; answers are synthetic' : keyText(choice),
  }));
}

export interface Question {
  readonly message: string;
  readonly detail: string;
  readonly actions: readonly string[];
}

export const ANSWERS = {
  goOn: 'Go On With It',
  another: 'Start Another',
  run: 'Run',
  rehearse: 'Rehearse',
  replace: 'Replace Results and Run',
  replaceRehearsal: 'Replace Results and Rehearse',
  unknownCost: 'Run at Unknown Cost',
} as const;

export function unfinishedQuestion(jobName: string, { provider }: Pick<PreparedRun, 'provider'>): Question {
  const again = provider.rehearsal ? 'rehearses all rows again' : 'sends, and pays for, all rows again';
  return {
    message: `A ${provider.rehearsal ? 'rehearsal' : 'run'} of this plan of ${jobName} is unfinished.`,
    detail: `Going on with it sends only what was not sent yet. Starting another ${again}.`,
    actions: [ANSWERS.goOn, ANSWERS.another],
  };
}

function costLine({ provider, greatestCostUsd, maxUsd }: PreparedRun): string {
  if (provider.rehearsal) return 'Costs nothing';
  const cap = maxUsd === null ? '' : ` (the cap is ${usdText(maxUsd)})`;
  return greatestCostUsd === null
    ? `What it costs is not known: there is no price for this model${cap}`
    : `Costs at most ${usdText(greatestCostUsd)}${cap}`;
}

function startAnswer({ provider, greatestCostUsd, resultsExist }: PreparedRun): string {
  if (provider.rehearsal) return resultsExist ? ANSWERS.replaceRehearsal : ANSWERS.rehearse;
  if (resultsExist) return ANSWERS.replace;
  return greatestCostUsd === null ? ANSWERS.unknownCost : ANSWERS.run;
}

/** What will be done, and what it costs at most, before anything is sent. */
export function startQuestion(jobName: string, prepared: PreparedRun): Question {
  const { provider, rows, notPlannedRows, chunks, planHash, resultsUri, resultsExist, warnings } = prepared;
  const where = provider.host === null ? provider.name : `${provider.name} (${provider.host})`;
  const all = countOf(rows, 'row');
  const sent = notPlannedRows === 0 ? all : `${countText(rows - notPlannedRows)} of ${all}`;
  return {
    message: provider.rehearsal ? `Rehearse ${jobName}?` : `Run ${jobName} at ${where}?`,
    detail: [
      `${sent} in ${countOf(chunks, 'file')}`,
      `Plan ${planHash.slice(0, SHOWN_HASH)}`,
      costLine(prepared),
      resultsExist ? `Replaces the results in ${resultsUri}` : `Results go to ${resultsUri}`,
      ...warnings,
    ].join('\n'),
    actions: [startAnswer(prepared)],
  };
}

/** Whether a person must say yes before this begins: a rehearsal that overwrites nothing needs no question. */
export function needsConfirmation({ provider, resultsExist }: PreparedRun, wasRehearsalAskedFor: boolean): boolean {
  return !(wasRehearsalAskedFor && provider.rehearsal) || resultsExist;
}
