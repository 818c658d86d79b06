import type { PageAction, RowsPageState } from '../../src/protocol/pageProtocol.ts';
import { button, progressRing } from '../ui/controls.ts';
import { h, type Child, type VNode } from '../ui/h.ts';
import { messageBar } from '../ui/messageBar.ts';
import { ROWS } from './strings.ts';

export type Act = (action: PageAction) => void;
export type Table = NonNullable<RowsPageState['table']>;

/** How many rows these are of how many. */
export function rowsText({ rows, totalRows, isWhole }: Table): string {
  if (rows.length === 0) return ROWS.none;
  return isWhole ? ROWS.all(rows.length) : ROWS.first(rows.length, totalRows);
}

function lineOf({ table, where }: RowsPageState): Child {
  const place = h('bdi', { key: 'where' }, where);
  if (table === null) return place;
  return [place, ` · ${[ROWS.formats[table.format], rowsText(table), ROWS.columns(table.columns.length)].join(' · ')}`];
}

/** Which table is shown, where it lies, how much of it, and what else can be looked at. */
export function rowsHeader(state: RowsPageState, act: Act): VNode {
  const working = h('p', { key: 'working', class: 'working' }, progressRing(), h('span', {}, ROWS.reading));
  return h(
    'header',
    { key: 'header', class: 'header' },
    h(
      'div',
      { class: 'what' },
      h('h1', { title: state.title }, h('bdi', {}, state.title)),
      h('p', { class: 'dim line' }, lineOf(state)),
    ),
    h(
      'div',
      { class: 'buttons' },
      button({ key: 'reveal', text: ROWS.reveal, title: ROWS.revealHint, onPress: () => act({ do: 'reveal' }) }),
      button({ key: 'profile', text: ROWS.profile, onPress: () => act({ do: 'profile' }) }),
    ),
    state.state === 'reading' ? working : null,
  );
}

/** Sentences above the rows: what is wrong with them, and what to do. */
export function rowsBars({ state, table, error }: RowsPageState, act: Act): Child {
  const again = button({ key: 'again', text: ROWS.readAgain, onPress: () => act({ do: 'again' }) });
  const showLog = button({ key: 'showLog', text: ROWS.showLog, onPress: () => act({ do: 'showLog' }) });
  switch (state) {
    case 'changed':
      return messageBar({ key: 'changed', kind: 'warning', text: ROWS.changed, actions: again });
    case 'failed': {
      const actions = [again, error?.code === 'internal' ? showLog : null];
      return messageBar({ key: 'failed', kind: 'error', text: error?.message ?? '', actions });
    }
    default: {
      const isEmpty = state === 'done' && table?.rows.length === 0;
      return isEmpty ? messageBar({ key: 'empty', kind: 'info', text: ROWS.empty }) : null;
    }
  }
}
