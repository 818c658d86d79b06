import type { RowsPageState } from '../../src/protocol/pageProtocol.ts';
import { h, type Child, type VNode } from '../ui/h.ts';
import { countText } from '../../src/protocol/numberTexts.ts';
import { outcomeMark, OUTCOMES } from './outcomeMark.ts';
import type { Act } from '../ui/pageHeader.ts';
import { ROWS } from './strings.ts';

type RowsOfRun = NonNullable<RowsPageState['run']>;

function choice(key: string, text: string, isChosen: boolean, onPress: () => void): VNode {
  const attributes = { key, 'data-button': key, type: 'button', 'aria-pressed': String(isChosen) };
  return h('button', { ...attributes, on: { click: () => (isChosen ? undefined : onPress()) } }, text);
}

function counted(name: string, count: number | undefined): string {
  return count === undefined ? name : ROWS.faces.counted(name, count);
}

function outcomes(counts: NonNullable<RowsOfRun['counts']>): VNode {
  const there = OUTCOMES.filter((outcome) => counts[outcome] > 0);
  const items = there.map((outcome) =>
    h('li', { key: outcome }, `${countText(counts[outcome])} `, outcomeMark(outcome)),
  );
  return h('ul', { key: 'outcomes', class: 'outcomes', 'aria-label': ROWS.outcomesLabel }, items);
}

/** The two tables of a run to choose from, and how its rows ended. */
export function runFaces({ run }: RowsPageState, act: Act): Child {
  if (run === null) return null;
  const { face, hasFailures, counts } = run;
  const notOk = counts === null ? undefined : counts.in - counts.ok;
  const all = counted(ROWS.faces.results, counts?.in);
  const choices = [
    choice('showResults', all, face === 'results', () => act({ do: 'showResults' })),
    hasFailures
      ? choice('showFailures', counted(ROWS.faces.failures, notOk), face === 'failures', () =>
          act({ do: 'showFailures' }),
        )
      : null,
  ];
  return h(
    'div',
    { key: 'faces', class: 'faces' },
    h('div', { class: 'choices', role: 'group', 'aria-label': ROWS.faces.label }, choices),
    counts === null ? null : outcomes(counts),
  );
}
